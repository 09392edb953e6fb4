"""Whoever was to have an announcement is accounted for: how many were planned, by which transport,
and since when subscribers have been in the audience that they are in."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0006"


def upgrade() -> None:
    op.add_column(
        "announcement", sa.Column("planned", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.execute(
        "UPDATE announcement SET planned = "
        "(SELECT count(*) FROM delivery WHERE delivery.announcement_id = announcement.id)"
    )
    op.add_column("subscriber", sa.Column("wish_since", sa.DateTime(timezone=True)))
    # Until now there was one transport.
    op.add_column(
        "delivery", sa.Column("transport", sa.Text(), nullable=False, server_default="telegram")
    )
