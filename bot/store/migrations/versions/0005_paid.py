"""What an announcement has cost so far; reports in the chat that keep themselves up to date."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

IDENT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.drop_column("pace", "paid_day")
    op.drop_column("pace", "paid_count")
    op.add_column("pace", sa.Column("paid_until", sa.Float(), nullable=False, server_default="0"))
    op.add_column(
        "announcement", sa.Column("paid", sa.Integer(), nullable=False, server_default="0")
    )
    op.create_table(
        "live_report",
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("announcement_id", IDENT, nullable=False),
        sa.Column("staff", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "message_id", name="pk_live_report"),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcement.id"],
            name="fk_live_report_announcement_id",
            ondelete="CASCADE",
        ),
    )
