"""What a subscriber is told of, when without a sound, and by which link they came."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    for name, default in (("announcements", "all"), ("quiet", ""), ("source", "")):
        column = sa.Column(name, sa.Text(), nullable=False, server_default=default)
        op.add_column("subscriber", column)
    # Distinct wishes are read from the index alone.
    op.create_index(
        "ix_subscriber_wish",
        "subscriber",
        ["state", "timezone", "languages", "topics", "announcements"],
    )
    op.drop_index("ix_subscriber_state_timezone_languages_topics", "subscriber")
