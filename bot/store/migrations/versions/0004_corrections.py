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
        sa.Column("id", IDENT, nullable=False),
        sa.Column("release_id", IDENT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("languages", sa.Text(), nullable=False),
        sa.Column("editor", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_correction"),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name="fk_correction_release_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("release_id", "number", name="uq_correction_release_id_number"),
    )
    op.add_column("published", sa.Column("withdrawn_at", INSTANT))
    with op.batch_alter_table("announcement") as announcement:
        announcement.add_column(sa.Column("correction_id", IDENT))
        announcement.create_foreign_key(
            "fk_announcement_correction_id",
            "correction",
            ["correction_id"],
            ["id"],
            ondelete="SET NULL",
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
    op.add_column("pace", sa.Column("paid_day", sa.Date()))
    op.add_column("pace", sa.Column("paid_count", sa.Integer(), nullable=False, server_default="0"))
