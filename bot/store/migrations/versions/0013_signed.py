"""Signatures of what is published, and the traces by which its wordings are recognised."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0008"

IDENT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    # What is published already is signed, and leaves its traces, while the service runs.
    for name in ("signature", "signing_key", "signed_issuer"):
        op.add_column("published_variant", sa.Column(name, sa.Text()))
    op.create_index(
        "ix_published_variant_unsigned",
        "published_variant",
        ["published_id"],
        sqlite_where=sa.text("signature IS NULL"),
        postgresql_where=sa.text("signature IS NULL"),
    )
    op.create_table(
        "signing_key",
        sa.Column("id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("until", INSTANT),
        sa.Column("revoked_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_signing_key"),
    )
    op.create_table(
        "trace",
        sa.Column("id", IDENT, nullable=False),
        sa.Column("published_id", IDENT, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("units", sa.Text(), nullable=False),
        sa.Column("links", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trace"),
        sa.UniqueConstraint(
            "published_id", "language", "revision", name="uq_trace_published_id_language_revision"
        ),
        sa.ForeignKeyConstraint(
            ["published_id"], ["published.id"], name="fk_trace_published_id", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "trace_mark",
        sa.Column("mark", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("trace_id", IDENT, nullable=False),
        sa.PrimaryKeyConstraint("mark", "trace_id", name="pk_trace_mark"),
        sa.ForeignKeyConstraint(
            ["trace_id"], ["trace.id"], name="fk_trace_mark_trace_id", ondelete="CASCADE"
        ),
        sqlite_with_rowid=False,
    )
