"""Publications that can still be stopped, and changes that were asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

IDENT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("release", sa.Column("seen", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "countdown",
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("release_id", IDENT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("staff", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "message_id", name="pk_countdown"),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name="fk_countdown_release_id", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "change_request",
        sa.Column("release_id", IDENT, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("release_id", "language", name="pk_change_request"),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name="fk_change_request_release_id", ondelete="CASCADE"
        ),
    )
