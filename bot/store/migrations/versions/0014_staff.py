"""Staff by invitation; when each wants to be told things; approvals without a second person."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

IDENT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("variant", sa.Column("alone", sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "notice",
        sa.Column("urgent", sa.Boolean(), nullable=False, server_default=sa.text("false")),
    )
    op.create_table(
        "staff_role",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("given_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "role", "language", name="pk_staff_role"),
    )
    op.create_table(
        "staff_person",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False, server_default=""),
        sa.Column("language", sa.Text(), nullable=False, server_default=""),
        sa.Column("digest_hour", sa.Integer()),
        sa.Column("quiet_from", sa.Integer()),
        sa.Column("quiet_until", sa.Integer()),
        sa.Column("urgent_always", sa.Boolean(), nullable=False, server_default=sa.text("true")),
        sa.PrimaryKeyConstraint("user_id", name="pk_staff_person"),
    )
    op.create_table(
        "staff_invitation",
        sa.Column("id", IDENT, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("used_by", sa.BigInteger()),
        sa.Column("used_at", INSTANT),
        sa.Column("revoked_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_staff_invitation"),
        sa.UniqueConstraint("hash", name="uq_staff_invitation_hash"),
    )
    op.create_table(
        "staff_menu",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("menu", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_staff_menu"),
    )
