"""Corrections and withdrawals; what was sent again; what was paid for."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

INSTANT = sa.DateTime(timezone=True)
IDENT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "correction",
        sa.Column("published_id", IDENT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("languages", sa.Text(), nullable=False),
        sa.Column("editor", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("announced", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("published_id", "number", name="pk_correction"),
        sa.ForeignKeyConstraint(
            ["published_id"],
            ["published.id"],
            name="fk_correction_published_id",
            ondelete="CASCADE",
        ),
    )
    op.add_column("published", sa.Column("withdrawn_at", INSTANT))
    for table in ("published", "announcement", "delivery"):
        op.add_column(
            table, sa.Column("revision", sa.Integer(), nullable=False, server_default="0")
        )
    op.create_table(
        "past_delivery",
        sa.Column("announcement_id", IDENT, nullable=False),
        sa.Column("subscriber_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("message_ids", sa.Text()),
        sa.Column("at", INSTANT),
        sa.Column("resent_at", INSTANT, nullable=False),
        sa.Column("resent_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "announcement_id", "subscriber_id", "number", name="pk_past_delivery"
        ),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcement.id"],
            name="fk_past_delivery_announcement_id",
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "chat_pace",
        sa.Column("chat", sa.Text(), nullable=False),
        sa.Column("free_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("chat", name="pk_chat_pace"),
    )
    op.add_column("pace", sa.Column("paid_day", sa.Date()))
    op.add_column("pace", sa.Column("paid_count", sa.Integer(), nullable=False, server_default="0"))
