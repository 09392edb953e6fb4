"""The audit log is chained and append-only; signatures and traces of what is published."""

import hashlib
import json
from datetime import UTC
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

IDENT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
START = "0" * 64
AT_ONCE = 1000

_SQLITE = """
CREATE TRIGGER audit_no_{act} BEFORE {act} ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
"""
_POSTGRESQL = (
    """
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$
""",
    # Not for TRUNCATE, by which a copy is put in the place of what there is.
    """
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit
FOR EACH ROW EXECUTE FUNCTION audit_is_append_only()
""",
)


def upgrade() -> None:
    with op.batch_alter_table("audit") as table:
        table.add_column(sa.Column("previous", sa.Text()))
        table.add_column(sa.Column("hash", sa.Text()))
    _chain()
    with op.batch_alter_table("audit") as table:
        table.alter_column("previous", existing_type=sa.Text(), nullable=False)
        table.alter_column("hash", existing_type=sa.Text(), nullable=False)
        table.create_unique_constraint("uq_audit_previous", ["previous"])
    op.create_index("ix_audit_slug", "audit", ["slug"])
    _close()
    _make_room_for_traces()
    _make_room_for_signatures()


def _chain() -> None:
    connection = op.get_bind()
    audit = sa.table(
        "audit",
        sa.column("id"),
        sa.column("at", INSTANT),
        *map(sa.column, ("actor", "act", "slug", "details", "previous", "hash")),
    )
    sealing = (
        sa.update(audit)
        .where(audit.c.id == sa.bindparam("ident"))
        .values(previous=sa.bindparam("before"), hash=sa.bindparam("seal"))
    )
    head, last = START, -1
    while rows := connection.execute(
        sa.select(audit).where(audit.c.id > last).order_by(audit.c.id).limit(AT_ONCE)
    ).all():
        sealed = []
        for row in rows:
            seal = _seal(head, row)
            sealed.append({"ident": row.id, "before": head, "seal": seal})
            head, last = seal, row.id
        connection.execute(sealing, sealed)
    meta = sa.table("meta", sa.column("key"), sa.column("value"))
    known = connection.scalar(sa.select(meta.c.value).where(meta.c.key == "changes"))
    if known is None:  # acts are written one at a time by its lock
        connection.execute(sa.insert(meta).values(key="changes", value="0"))
    connection.execute(sa.insert(meta).values(key="audit_head", value=head))


def _seal(previous: str, row: "sa.Row[Any]") -> str:
    at = row.at.replace(tzinfo=UTC) if row.at.tzinfo is None else row.at.astimezone(UTC)
    moment = at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    written = json.dumps(
        [previous, moment, row.actor, row.act, row.slug, json.loads(row.details)],
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()


def _close() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for act in ("update", "delete"):
            op.execute(_SQLITE.format(act=act))
    else:
        for statement in _POSTGRESQL:
            op.execute(statement)


def _make_room_for_traces() -> None:
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
    # What is published already leaves its traces while the service runs.
    op.execute(
        "INSERT INTO meta (key, value) "
        "SELECT 'traces_to_make', CAST(max(id) AS TEXT) FROM published HAVING max(id) IS NOT NULL"
    )


def _make_room_for_signatures() -> None:
    # What is published already is signed while the service runs.
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
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("until", INSTANT),
        sa.Column("revoked_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pk_signing_key"),
    )
