"""Pictures: of a release, as readers see them, and by the names that Telegram gave them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0012"

IDENT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for name in ("release", "published"):
        op.add_column(name, sa.Column("pictures", sa.Text(), nullable=False, server_default="[]"))
    _keep("picture", "release")
    op.create_index("ix_picture_digest", "picture", ["digest"])
    _keep("published_picture", "published")
    op.create_index("ix_published_picture_digest_width", "published_picture", ["digest", "width"])
    op.create_table(
        "photo",
        sa.Column("bot", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("bot", "digest", name="pk_photo"),
    )


def _keep(table: str, owner: str) -> None:
    column = f"{owner}_id"
    op.create_table(
        table,
        sa.Column(column, IDENT, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint(column, "digest", "width", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(
            [column], [f"{owner}.id"], name=f"fk_{table}_{column}", ondelete="CASCADE"
        ),
    )
