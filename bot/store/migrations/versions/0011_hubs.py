"""What WebSub hubs have been told of each feed."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0005"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "hub",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("failing_since", MOMENT),
        sa.Column("quiet_until", MOMENT),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("url", name="pk_hub"),
    )
    op.create_table(
        "hub_ping",
        sa.Column("hub", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("served", sa.Text(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("told", sa.Text(), nullable=False, server_default=""),
        sa.Column("told_at", MOMENT),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("failing_since", MOMENT),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("hub", "topic", name="pk_hub_ping"),
        sa.ForeignKeyConstraint(["hub"], ["hub.url"], name="fk_hub_ping_hub", ondelete="CASCADE"),
    )
