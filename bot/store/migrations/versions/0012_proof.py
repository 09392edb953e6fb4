"""The audit log is chained, and append-only for the database as well."""

import hashlib
import json
from datetime import UTC
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

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
