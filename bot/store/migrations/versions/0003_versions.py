"""Texts as they were when they were approved; edits and replies; chats that moved."""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

IDENT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
TEXTS = ("headline", "subhead", "body", "occasion")


def upgrade() -> None:
    version = op.create_table(
        "version",
        sa.Column("release_id", IDENT, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in TEXTS),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("release_id", "language", "hash", name="pk_version"),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name="fk_version_release_id", ondelete="CASCADE"
        ),
    )
    _keep_what_approvals_are_bound_to(version)
    op.add_column("delivery", sa.Column("way", sa.Text(), nullable=False, server_default="send"))
    op.add_column("subscriber", sa.Column("address_since", INSTANT))
    op.create_index("ix_release_changed_at", "release", ["changed_at"])


def _keep_what_approvals_are_bound_to(version: sa.Table) -> None:
    """The originals, and what is approved: what became stale before is not known any more."""
    columns = ", ".join(f"variant.{name}" for name in ("language", *TEXTS, "changed_at"))
    found = op.get_bind().execute(
        sa.text(
            f"SELECT variant.release_id, {columns} FROM variant "  # noqa: S608 – our own names
            "JOIN release ON release.id = variant.release_id "
            "WHERE variant.state = 'approved' OR variant.language = release.original"
        ).columns(changed_at=INSTANT)
    )
    while some := found.fetchmany(200):
        rows = [
            {
                "release_id": row.release_id,
                "language": row.language,
                "hash": _hash(*(getattr(row, name) for name in TEXTS)),
                **{name: getattr(row, name) for name in TEXTS},
                "at": row.changed_at,
            }
            for row in some
        ]
        op.bulk_insert(version, rows)


def _hash(*texts: str) -> str:
    return hashlib.sha256("\x1f".join(texts).encode("utf-8", "surrogatepass")).hexdigest()
