"""The logs behind feeds, filled with what is published; what corrections replace."""

import json
from collections import defaultdict
from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0007"

INSTANT = sa.DateTime(timezone=True)
IDENT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ENTRIES, OCTETS, AT_ONCE = 50, 400_000, 5000

P = sa.table(
    "published",
    sa.column("id", IDENT),
    sa.column("topics", sa.Text()),
    sa.column("archive", sa.Boolean()),
    sa.column("revision", sa.Integer()),
)
V = sa.table(
    "published_variant",
    sa.column("published_id", IDENT),
    sa.column("language", sa.Text()),
    sa.column("published_at", INSTANT),
    sa.column("updated_at", INSTANT),
    sa.column("body", sa.Text()),
)


def upgrade() -> None:
    op.add_column("correction", sa.Column("before", sa.Text()))
    op.create_index("ix_published_withdrawn_at", "published", ["withdrawn_at"])
    feed = op.create_table(
        "feed",
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("entries", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("octets", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("version", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("withdrawals", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("deserted", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("updated_at", INSTANT),
        sa.PrimaryKeyConstraint("language", "topic", name="pk_feed"),
    )
    entry = op.create_table(
        "feed_entry",
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("published_id", IDENT, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("languages", sa.Text(), nullable=False),
        sa.Column("archive", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("language", "topic", "page", "place", name="pk_feed_entry"),
        sa.ForeignKeyConstraint(
            ["published_id"],
            ["published.id"],
            name="fk_feed_entry_published_id",
            ondelete="CASCADE",
        ),
    )
    _fill(feed, entry)
    op.create_index("ix_feed_entry_published_id", "feed_entry", ["published_id"])
    op.create_index(
        "ix_feed_entry_news",
        "feed_entry",
        ["language", "topic", "page", "place"],
        sqlite_where=sa.text("archive = 0"),
        postgresql_where=sa.text("NOT archive"),
    )


class Log:
    """Where the next entry of a feed goes."""

    def __init__(self, updated_at: datetime | None = None) -> None:
        self.page, self.entries, self.octets, self.updated_at = 1, 0, 0, updated_at

    def enter(self, octets: int, updated_at: datetime) -> tuple[int, int]:
        """The page and the place that the entry gets."""
        if self.entries >= ENTRIES or (self.entries and self.octets + octets > OCTETS):
            self.page, self.entries, self.octets = self.page + 1, 0, 0
        self.entries, self.octets = self.entries + 1, self.octets + octets
        self.updated_at = max(self.updated_at or updated_at, updated_at)
        return self.page, self.entries

    def row(self) -> dict[str, object]:
        is_full = self.entries >= ENTRIES
        return {
            "page": self.page + is_full,
            "entries": 0 if is_full else self.entries,
            "octets": 0 if is_full else self.octets,
            "updated_at": self.updated_at,
        }


def _fill(feed: sa.Table, entry: sa.Table) -> None:
    """Enter everything that is out, in the order in which it came out."""
    connection = op.get_bind()
    languages = defaultdict(list)
    for ident, language in connection.execute(
        sa.select(V.c.published_id, V.c.language).order_by(V.c.language)
    ):
        languages[ident].append(language)
    logs: dict[tuple[str, str], Log] = {}
    rows = []
    found = connection.execute(
        sa.select(
            V.c.published_id,
            V.c.language,
            V.c.updated_at,
            sa.func.length(V.c.body).label("length"),
            P.c.topics,
            P.c.archive,
            P.c.revision,
        )
        .join(P, P.c.id == V.c.published_id)
        .order_by(V.c.published_at, V.c.published_id, V.c.language)
    )
    for row in found:
        for topic in ("", *dict.fromkeys(json.loads(row.topics))):
            log = logs.setdefault((row.language, topic), Log())
            # Two octets a character, and a fifth more for markup.
            page, place = log.enter(5000 + row.length * 12 // 5, row.updated_at)
            rows.append(
                {
                    "language": row.language,
                    "topic": topic,
                    "page": page,
                    "place": place,
                    "published_id": row.published_id,
                    "revision": row.revision,
                    "languages": " ".join(languages[row.published_id]),
                    "archive": row.archive,
                }
            )
    for start in range(0, len(rows), AT_ONCE):
        connection.execute(sa.insert(entry), rows[start : start + AT_ONCE])
    offered = sa.text("SELECT value FROM meta WHERE key = 'feeds_offered'")
    for language, topic in json.loads(connection.scalar(offered) or "[]"):
        logs.setdefault((language, topic), Log())
    if logs:
        connection.execute(
            sa.insert(feed),
            [
                {"language": language, "topic": topic, "version": 1, **log.row()}
                for (language, topic), log in logs.items()
            ],
        )
    connection.execute(sa.text("DELETE FROM meta WHERE key = 'feeds_offered'"))
