"""Lists by language, topic and year, and a search over every text."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0010"

INSTANT = sa.DateTime(timezone=True)
IDENT = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# An index that keeps no copy of the texts: triggers tell it what comes and goes, as
# https://www.sqlite.org/fts5.html#external_content_tables has it. The words are made already, so
# that the plainest tokenizer serves; the hyphen is for language tags.
ON_SQLITE = (
    """CREATE VIRTUAL TABLE search_words USING fts5(
        language, title, words,
        content='search_text', content_rowid='id', tokenize="ascii tokenchars '-'")""",
    """CREATE TRIGGER search_text_added AFTER INSERT ON search_text BEGIN
        INSERT INTO search_words (rowid, language, title, words)
          VALUES (new.id, new.language, new.title, new.words);
      END""",
    """CREATE TRIGGER search_text_removed AFTER DELETE ON search_text BEGIN
        INSERT INTO search_words (search_words, rowid, language, title, words)
          VALUES ('delete', old.id, old.language, old.title, old.words);
      END""",
    """CREATE TRIGGER search_text_changed AFTER UPDATE ON search_text BEGIN
        INSERT INTO search_words (search_words, rowid, language, title, words)
          VALUES ('delete', old.id, old.language, old.title, old.words);
        INSERT INTO search_words (rowid, language, title, words)
          VALUES (new.id, new.language, new.title, new.words);
      END""",
)
ON_POSTGRESQL = (
    """ALTER TABLE search_text ADD COLUMN vector tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('pg_catalog.simple', title), 'A')
        || to_tsvector('pg_catalog.simple', words)
        || array_to_tsvector(ARRAY['=' || language])) STORED""",
    "CREATE INDEX ix_search_text_vector ON search_text USING gin (vector)",
)


def upgrade() -> None:
    op.create_table(
        "listing",
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.Column("published_id", IDENT, nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint(
            "language", "topic", "published_at", "published_id", name="pk_listing"
        ),
        sa.ForeignKeyConstraint(
            ["published_id"],
            ["published.id"],
            name="fk_listing_published_id",
            ondelete="CASCADE",
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_listing_language_topic_date", "listing", ["language", "topic", "date", "published_id"]
    )
    op.create_index("ix_listing_published_id", "listing", ["published_id"])
    op.create_table(
        "search_text",
        sa.Column("id", IDENT, nullable=False),
        sa.Column("published_id", IDENT, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_text"),
        sa.UniqueConstraint(
            "published_id", "language", name="uq_search_text_published_id_language"
        ),
        sa.ForeignKeyConstraint(
            ["published_id"],
            ["published.id"],
            name="fk_search_text_published_id",
            ondelete="CASCADE",
        ),
    )
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in ON_SQLITE if on_sqlite else ON_POSTGRESQL:
        op.execute(statement)
