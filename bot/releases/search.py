"""Looking for words in what is out, in one language at a time.

On either database a text has the words that :mod:`translations.words` finds in it, so both answer
alike. What takes long is bounded: of very many that fit, those taken in last are weighed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Float, column, select
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import tables as t
from bot.store.database import Database
from translations.words import Term

LONGEST = 200
"""Characters of a question."""

MOST = 2000
"""Texts that are weighed, or counted, for one question."""

PATIENCE_MILLISECONDS = 3000
"""After that PostgreSQL gives up. SQLite needs less for the worst that can be asked."""

_EQUALLY_GOOD = 10
"""Weights are compared in so many steps up to the best one; within a step the newest is first."""

# A word in a headline weighs five times as much as one in the text.
_WEIGHED_ON_SQLITE = """
    SELECT s.published_id, s.published_at, -bm25(search_words, 0, 5, 1) AS weight
      {fitting} ORDER BY search_words.rowid DESC LIMIT :most"""
_WEIGHED_ON_POSTGRESQL = """
    SELECT published_id, published_at, ts_rank('{{0.2, 0.2, 0.2, 1}}', vector, {words}, 1) AS weight
      FROM (SELECT s.* {fitting} ORDER BY s.id DESC LIMIT :most) AS found"""


@dataclass(frozen=True, kw_only=True)
class Found:
    """Published ids, the best first; ``is_all`` unless there were more than :data:`MOST`."""

    idents: tuple[int, ...] = ()
    is_all: bool = True


@dataclass(frozen=True, kw_only=True)
class _Question:
    """The same question in SQL: what fits, from FROM on, and its words alone."""

    fitting: str
    words: str
    values: dict[str, str | int]


async def find(
    database: Database, connection: AsyncConnection, wanted: Sequence[Term], language: str
) -> Found:
    """The releases whose text in ``language`` has all that is ``wanted``, which is something."""
    question = _asked(database, wanted, language)
    await _limit(database, connection)
    query = _WEIGHED_ON_SQLITE if database.is_sqlite else _WEIGHED_ON_POSTGRESQL
    query = query.format(fitting=question.fitting, words=question.words)
    s = t.search_text
    weighed = sql(query).columns(s.c.published_id, s.c.published_at, column("weight", Float))
    rows = (await connection.execute(weighed, question.values)).all()
    best = max((row.weight for row in rows), default=0) or 1
    ordered = sorted(
        rows,
        key=lambda row: (
            round(_EQUALLY_GOOD * row.weight / best),
            row.published_at,
            row.published_id,
        ),
        reverse=True,
    )
    return Found(idents=tuple(row.published_id for row in ordered[:MOST]), is_all=len(rows) <= MOST)


async def count(
    database: Database, connection: AsyncConnection, wanted: Sequence[Term], language: str
) -> int:
    """How many :func:`find` would find; one more than :data:`MOST` where there are more."""
    question = _asked(database, wanted, language)
    await _limit(database, connection)
    query = f"SELECT count(*) FROM (SELECT 1 {question.fitting} LIMIT :most) AS found"  # noqa: S608
    return int(await connection.scalar(sql(query), question.values) or 0)


async def bodies(
    connection: AsyncConnection, language: str, idents: Sequence[int]
) -> dict[int, str]:
    """The Markdown of what was found, by published id."""
    pv = t.published_variant
    rows = await connection.execute(
        select(pv.c.published_id, pv.c.body).where(
            pv.c.published_id.in_(idents), pv.c.language == language
        )
    )
    return {row.published_id: row.body for row in rows}


async def _limit(database: Database, connection: AsyncConnection) -> None:
    if not database.is_sqlite:
        await connection.execute(sql(f"SET LOCAL statement_timeout = {PATIENCE_MILLISECONDS}"))


def _asked(database: Database, wanted: Sequence[Term], language: str) -> _Question:
    parts: list[str] = []
    if database.is_sqlite:
        for term in wanted:
            # Words have no quotation mark, nor anything else that FTS5 takes for its own.
            parts.append(" OR ".join(f'"{form}"' for form in _forms(term)))
        words = " AND ".join(f"({part})" for part in parts)
        return _Question(
            fitting="FROM search_words CROSS JOIN search_text AS s ON s.id = search_words.rowid "
            "WHERE search_words MATCH :fitting",
            words=words,
            values={
                "fitting": f'language : "{language}" AND {{title words}} : ({words})',
                "most": MOST + 1,
            },
        )
    values: dict[str, str | int] = {"tongue": f"'={language}'", "most": MOST + 1}
    for n, term in enumerate(wanted):
        forms = {f"w{n}_{m}": form for m, form in enumerate(_forms(term))}
        values |= forms
        # Read just as the texts were, whichever letters this server knows.
        parts.append(" || ".join(f"phraseto_tsquery('simple', :{name})" for name in forms))
    words = " && ".join(f"({part})" for part in parts)
    return _Question(
        fitting=f"FROM search_text AS s WHERE s.vector @@ ({words} && CAST(:tongue AS tsquery))",
        words=f"({words})",
        values=values,
    )


def _forms(term: Term) -> tuple[str, ...]:
    return tuple(filter(None, (" ".join(term.words), term.stem)))


def cleaned(asked: str) -> str:
    """What was asked for in one line that can be shown, and not too long a one."""
    shown = (
        " " if unicodedata.category(c) in ("Cc", "Cs", "Cn", "Co") else c
        for c in asked[: 4 * LONGEST]
    )
    return " ".join("".join(shown).split())[:LONGEST].strip()
