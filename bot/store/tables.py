"""The tables. The newest migration makes exactly these; a test compares the two."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy import text as sql
from sqlalchemy.types import TypeDecorator


class UTCDateTime(TypeDecorator[datetime]):
    """An instant: aware in, aware UTC out. Refuses naive values, on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """JSON as text on both databases: read whole, never queried into."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else orjson.dumps(_plain(value)).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else orjson.loads(value)


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


Ident = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# --- releases: what staff work on ------------------------------------------------------------

release = Table(
    "release",
    metadata,
    Column("id", Ident, primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("original", Text, nullable=False),
    Column("date", Date, nullable=False),
    Column("dateline", Text, nullable=False, server_default=""),
    Column("topics", Json, nullable=False),
    Column("issuer", Json, nullable=False),
    Column("contact", Json, nullable=False),
    Column("related", Json, nullable=False),
    Column("pictures", Json, nullable=False, server_default="[]"),
    Column("embargo_at", UTCDateTime),
    Column("embargo_zone", Text),
    Column("publish_at", UTCDateTime),
    Column("publish_zone", Text),
    Column("required_languages", Json, nullable=False),
    Column("completeness", Text),
    Column("state", Text, nullable=False),
    Column("pubstatus", Text, nullable=False),
    Column("archive", Boolean, nullable=False, default=False),
    Column("edition_of", Text),  # the slug of an earlier release of the same observance
    Column("seen", Text, nullable=False, server_default=""),  # what alone may go out, as a hash
    Column("created_at", UTCDateTime, nullable=False),
    Column("changed_at", UTCDateTime, nullable=False),
    Index("ix_release_state_publish_at", "state", "publish_at"),
    Index("ix_release_changed_at", "changed_at"),
)

variant = Table(
    "variant",
    metadata,
    Column("release_id", Ident, ForeignKey("release.id", ondelete="CASCADE"), primary_key=True),
    Column("language", Text, primary_key=True),
    Column("place", Integer, nullable=False),
    Column("headline", Text, nullable=False),
    Column("subhead", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("occasion", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("written_by", Text, nullable=False),
    Column("approved_by", Text, nullable=False),
    Column("approved_original_hash", Text, nullable=False),
    Column("changed_at", UTCDateTime, nullable=False),
    # Why its writer approved it without a second person, whose approval is still owed; else "".
    Column("alone", Text, nullable=False, server_default=""),
)

change_request = Table(
    "change_request",
    metadata,
    # What somebody wants changed in a variant, as it reads: it is met when that changes.
    Column("release_id", Ident, ForeignKey("release.id", ondelete="CASCADE"), primary_key=True),
    Column("language", Text, primary_key=True),
    Column("hash", Text, nullable=False),
    Column("comment", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("at", UTCDateTime, nullable=False),
)

version = Table(
    "version",
    metadata,
    # A variant's text as it once was: what approvals were given to, by the hash they are bound to.
    Column("release_id", Ident, ForeignKey("release.id", ondelete="CASCADE"), primary_key=True),
    Column("language", Text, primary_key=True),
    Column("hash", Text, primary_key=True),
    Column("headline", Text, nullable=False),
    Column("subhead", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("occasion", Text, nullable=False),
    Column("at", UTCDateTime, nullable=False),
)

picture = Table(
    "picture",
    metadata,
    # A picture as readers will get it, in one width, until its release is published.
    Column("release_id", Ident, ForeignKey("release.id", ondelete="CASCADE"), primary_key=True),
    Column("digest", Text, primary_key=True),  # names the file that it was made of
    Column("width", Integer, primary_key=True, autoincrement=False),
    Column("media_type", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Index("ix_picture_digest", "digest"),
)

# --- what readers may see: pages, feeds and messages read these tables and no others -----------

published = Table(
    "published",
    metadata,
    Column("id", Ident, primary_key=True),
    Column("release_id", Ident, ForeignKey("release.id", ondelete="CASCADE"), nullable=False),
    Column("year", Integer),  # the occurrence's year; null for the release itself
    Column("lead", Integer, nullable=False, server_default="0"),  # announced so many days ahead
    Column("slug", Text, nullable=False, unique=True),
    Column("original", Text, nullable=False),
    Column("date", Date, nullable=False),
    Column("dateline", Text, nullable=False),
    Column("topics", Json, nullable=False),
    Column("issuer", Json, nullable=False),
    Column("contact", Json, nullable=False),
    Column("related", Json, nullable=False),
    Column("pictures", Json, nullable=False, server_default="[]"),
    Column("archive", Boolean, nullable=False),
    Column("published_at", UTCDateTime, nullable=False),
    Column("updated_at", UTCDateTime, nullable=False),
    Column("withdrawn_at", UTCDateTime),  # its page is a notice from then on
    Column("revision", Integer, nullable=False, server_default="0"),  # of its last correction
    UniqueConstraint("release_id", "year", "lead"),
    Index("ix_published_published_at", "published_at"),
    Index("ix_published_withdrawn_at", "withdrawn_at"),
)

UNSIGNED = sql("signature IS NULL")
"""Written out, not bound: SQLite uses a partial index only for the very same words."""

published_variant = Table(
    "published_variant",
    metadata,
    Column("published_id", Ident, ForeignKey("published.id", ondelete="CASCADE"), primary_key=True),
    Column("language", Text, primary_key=True),
    Column("headline", Text, nullable=False),
    Column("subhead", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("published_at", UTCDateTime, nullable=False),
    Column("updated_at", UTCDateTime, nullable=False),
    # Of the statement that is made of this row and its release's, with the issuer's name of then.
    Column("signature", Text),
    Column("signing_key", Text),
    Column("signed_issuer", Text),
    Index("ix_published_variant_language_published_at", "language", "published_at"),
    Index(
        "ix_published_variant_unsigned",
        "published_id",
        sqlite_where=UNSIGNED,
        postgresql_where=UNSIGNED,
    ),
)

signing_key = Table(
    "signing_key",
    metadata,
    # Public keys alone; the private one is in a file.
    Column("id", Text, primary_key=True, autoincrement=False),
    Column("public", Text, nullable=False),  # 32 bytes in hex
    Column("since", UTCDateTime, nullable=False),
    Column("until", UTCDateTime),  # nothing more is signed with it
    Column("revoked_at", UTCDateTime),  # it proves nothing any more
)

trace = Table(
    "trace",
    metadata,
    # What each published wording leaves behind, so that it is known again when the text itself
    # was corrected or withdrawn: digests of its sentences and of the addresses it leads to.
    Column("id", Ident, primary_key=True),
    Column("published_id", Ident, ForeignKey("published.id", ondelete="CASCADE"), nullable=False),
    Column("language", Text, nullable=False),
    Column("revision", Integer, nullable=False),  # of the correction that brought it; 0: the first
    Column("at", UTCDateTime, nullable=False),
    Column("units", Json, nullable=False),
    Column("links", Json, nullable=False),
    UniqueConstraint("published_id", "language", "revision"),
)

trace_mark = Table(
    "trace_mark",
    metadata,
    # By which hashes of its words a trace is found.
    Column("mark", BigInteger, primary_key=True, autoincrement=False),
    Column("trace_id", Ident, ForeignKey("trace.id", ondelete="CASCADE"), primary_key=True),
    sqlite_with_rowid=False,
)

published_picture = Table(
    "published_picture",
    metadata,
    Column("published_id", Ident, ForeignKey("published.id", ondelete="CASCADE"), primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("width", Integer, primary_key=True, autoincrement=False),
    Column("media_type", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Index("ix_published_picture_digest_width", "digest", "width"),
)

correction = Table(
    "correction",
    metadata,
    Column("published_id", Ident, ForeignKey("published.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # its first, second …
    Column("kind", Text, nullable=False),  # typo, clarification, correction, retraction
    Column("notes", Json, nullable=False),  # by language, what readers are told of it
    Column("languages", Json, nullable=False),  # whose text changed
    Column("editor", Text, nullable=False),  # as in the audit log
    Column("at", UTCDateTime, nullable=False),
    Column("announced", Boolean, nullable=False),  # whoever was sent the text before is being told
    Column("before", Json),  # what it replaced, for the archives of feeds; null once withdrawn
)

# The logs behind the feeds of a language, and of a topic in it ("" for all).

feed = Table(
    "feed",
    metadata,
    Column("language", Text, primary_key=True),
    Column("topic", Text, primary_key=True),
    # Where the next entry goes: the page, how many are on it, and how much room they take.
    Column("page", Integer, nullable=False, server_default="1"),
    Column("entries", Integer, nullable=False, server_default="0"),
    Column("octets", Integer, nullable=False, server_default="0"),
    Column("version", Integer, nullable=False, server_default="0"),  # rises with each change
    Column("withdrawals", Integer, nullable=False, server_default="0"),  # from pages before
    Column("deserted", Boolean, nullable=False, server_default=sql("false")),  # by all its releases
    Column("updated_at", UTCDateTime),
)

feed_entry = Table(
    "feed_entry",
    metadata,
    Column("language", Text, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("page", Integer, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("published_id", Ident, ForeignKey("published.id", ondelete="CASCADE"), nullable=False),
    # As of which correction it is, and in which languages it was out then, parted by spaces.
    Column("revision", Integer, nullable=False),
    Column("languages", Text, nullable=False),
    Column("archive", Boolean, nullable=False),
    Index("ix_feed_entry_published_id", "published_id"),
    # Loaded archives are in no feed itself, however many there are.
    Index(
        "ix_feed_entry_news",
        "language",
        "topic",
        "page",
        "place",
        sqlite_where=sql("archive = 0"),
        postgresql_where=sql("NOT archive"),
    ),
)

# --- what readers browse: made anew from the tables above, by listing.py ------------------------

listing = Table(
    "listing",
    metadata,
    # A row for each language of what is out and was not withdrawn: under the topic "", which is
    # the list of all, and under each of its own.
    Column("language", Text, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("published_at", UTCDateTime, primary_key=True),  # in this language
    Column("published_id", Ident, ForeignKey("published.id", ondelete="CASCADE"), primary_key=True),
    Column("date", Date, nullable=False),
    Index("ix_listing_language_topic_date", "language", "topic", "date", "published_id"),
    Index("ix_listing_published_id", "published_id"),
)

search_text = Table(
    "search_text",
    metadata,
    # The same texts as the words by which they are found. The database itself keeps an index of
    # them: a table of FTS5 and triggers on SQLite, a generated column on PostgreSQL.
    Column("id", Ident, primary_key=True),
    Column("published_id", Ident, ForeignKey("published.id", ondelete="CASCADE"), nullable=False),
    Column("language", Text, nullable=False),
    Column("published_at", UTCDateTime, nullable=False),
    Column("title", Text, nullable=False),
    Column("words", Text, nullable=False),
    UniqueConstraint("published_id", "language"),
)

# --- occasions ---------------------------------------------------------------------------------

observance = Table(
    "observance",
    metadata,
    Column("id", Ident, primary_key=True),
    Column(
        "release_id",
        Ident,
        ForeignKey("release.id", ondelete="CASCADE"),
        nullable=False,
        unique=True,
    ),
    Column("origin", Date, nullable=False),
    Column("every", Integer, nullable=False),
    Column("years", Json, nullable=False),
    Column("feb29", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("catch_up", Text, nullable=False),
    Column("without_edition", Text, nullable=False),
    Column("remind", Json, nullable=False),
    Column("accepted", Boolean, nullable=False),
    Column("calendar", Text, nullable=False, server_default="gregorian"),
    Column("first", Integer),
    Column("last", Integer),
    Column("skip", Json, nullable=False, server_default="[]"),
    Column("lead", Json, nullable=False, server_default="[]"),
    Column("move", Text, nullable=False, server_default=""),
    Column("weekend", Json, nullable=False, server_default='["sat", "sun"]'),
    # The same observance in the releases of several years: the slug of the first of them.
    Column("series", Text, nullable=False),
    Column("filled_until", Date),
    Index("ix_observance_origin", "origin"),
    Index("ix_observance_series", "series"),
    Index("ix_observance_filled_until", "filled_until"),
)

occurrence = Table(
    "occurrence",
    metadata,
    Column("id", Ident, primary_key=True),
    Column("observance_id", Ident, ForeignKey("observance.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),  # the 27 of "27th anniversary"
    Column("year", Integer, nullable=False),  # of the observance's own calendar
    Column("lead", Integer, nullable=False),  # days ahead at which it is announced; 0: on the day
    Column("occasion_date", Date, nullable=False),  # the day itself, moved where it is moved
    Column("civil_date", Date, nullable=False),  # the day of the announcement
    Column("state", Text, nullable=False),  # coming, underway, done, covered, missed
    # Every zone whose hour had come by then has been seen to.
    Column("planned_until", UTCDateTime),
    UniqueConstraint("observance_id", "number", "lead"),
    Index("ix_occurrence_state_civil_date", "state", "civil_date"),
)

# --- audience ------------------------------------------------------------------------------------

UNTOLD = sql("trouble <> told")
ROOM = sql("kind <> 'person'")
"""Written out, not bound: SQLite uses a partial index only for the very same words."""

subscriber = Table(
    "subscriber",
    metadata,
    # Random, so that a ledger row tells nothing of who it was once the address is gone.
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("transport", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("kind", Text, nullable=False),  # person, group, channel
    Column("name", Text, nullable=False),
    # In order, separated by spaces; for how many posts, as bot/audience/posts.py writes it.
    Column("languages", Text, nullable=False),
    Column("topics", Text, nullable=False),  # sorted, separated by spaces; empty: all
    Column("timezone", Text, nullable=False),
    Column("announcements", Text, nullable=False, server_default="all"),  # all, new, anniversaries
    # Hours of the clock there, as 22:00-07:00, in which messages make no sound; empty: none.
    Column("quiet", Text, nullable=False, server_default=""),
    Column("source", Text, nullable=False, server_default=""),  # what the link said that led here
    Column("state", Text, nullable=False),  # active, pending, unreachable
    Column("reason", Text, nullable=False),
    Column("added_by", Text, nullable=False),  # who may configure a group or channel
    Column("created_at", UTCDateTime, nullable=False),
    Column("zone_since", UTCDateTime),  # when they last moved to another time zone
    # When they last chose otherwise what they get, or came back into reach.
    Column("wish_since", UTCDateTime),
    # When the address last changed: messages from before are not in the chat that it names now.
    Column("address_since", UTCDateTime),
    Column("pin", Boolean, nullable=False, server_default=sql("false")),  # what is announced
    # Of a group or channel: what is wrong with it (pin, kicked, no_rights, topic_closed), and of
    # which of these its admin was told last.
    Column("trouble", Text, nullable=False, server_default=""),
    Column("told", Text, nullable=False, server_default=""),
    UniqueConstraint("transport", "address"),
    Index("ix_subscriber_wish", "state", "timezone", "languages", "topics", "announcements"),
    Index("ix_subscriber_zone_since", "zone_since"),
    Index("ix_subscriber_untold", "id", sqlite_where=UNTOLD, postgresql_where=UNTOLD),
    # Rooms are few among many people, and looked for by the beginning of their address.
    Index("ix_subscriber_room", "transport", "address", sqlite_where=ROOM, postgresql_where=ROOM),
)

former_subscriber = Table(
    "former_subscriber",
    metadata,
    # A keyed hash of the address, kept 90 days: a later /start gets its old random id back, so
    # that the ledger's unique key repeats no announcement (product rule 11).
    Column("address_hash", Text, primary_key=True),
    Column("subscriber_id", BigInteger, nullable=False),
    Column("stopped_at", UTCDateTime, nullable=False),
)

# --- delivery ------------------------------------------------------------------------------------

announcement = Table(
    "announcement",
    metadata,
    Column("id", Ident, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    # publication, occurrence, translation, correction, withdrawal
    Column("kind", Text, nullable=False),
    Column("published_id", Ident, ForeignKey("published.id", ondelete="CASCADE")),
    Column("occurrence_id", Ident, ForeignKey("occurrence.id", ondelete="SET NULL")),
    # The announcement whose messages this one edits or replies to.
    Column("about_id", Ident, ForeignKey("announcement.id", ondelete="CASCADE")),
    Column("revision", Integer, nullable=False, server_default="0"),  # the correction that it is
    Column("paid", Integer, nullable=False, server_default="0"),  # messages, for the cap
    Column("planned", BigInteger, nullable=False, server_default="0"),  # deliveries, ever
    Column("state", Text, nullable=False),  # planning, sending, held, paused, cancelled, done
    Column("reason", Text, nullable=False),
    Column("due_at", UTCDateTime, nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    Column("finished_at", UTCDateTime),
    Index("ix_announcement_state", "state"),
    Index("ix_announcement_occurrence_id", "occurrence_id"),
)

IN_FLIGHT = sql("state = 'sending'")
"""Written out, not bound: SQLite uses a partial index only for the very same words."""

wave = Table(
    "wave",
    metadata,
    Column(
        "announcement_id",
        Ident,
        ForeignKey("announcement.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("zone", Text, primary_key=True),
    Column("due_at", UTCDateTime, nullable=False),
    Column("state", Text, nullable=False),  # planned, held
)

delivery = Table(
    "delivery",
    metadata,
    Column(
        "announcement_id",
        Ident,
        ForeignKey("announcement.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("subscriber_id", BigInteger, primary_key=True, autoincrement=False),
    Column("language", Text, nullable=False),
    Column("fallback", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("due_at", UTCDateTime, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("worker", Text),
    Column("claimed_at", UTCDateTime),
    Column("message_ids", Text),
    Column("at", UTCDateTime),
    # What is done with the message: send; edit an earlier one; amend it (edit, then tell of it);
    # reply to it; notice (tell of what was edited).
    Column("way", Text, nullable=False, server_default="send"),
    # Of the published text, when this was claimed: who has which wording.
    Column("revision", Integer, nullable=False, server_default="0"),
    # Known also when the subscriber has left.
    Column("transport", Text, nullable=False, server_default="telegram"),
    Index("ix_delivery_announcement_id_state_due_at", "announcement_id", "state", "due_at"),
    # In flight at any moment are a few rows among millions.
    Index(
        "ix_delivery_in_flight",
        "claimed_at",
        sqlite_where=IN_FLIGHT,
        postgresql_where=IN_FLIGHT,
    ),
    Index("ix_delivery_subscriber_id", "subscriber_id"),
)

pinning = Table(
    "pinning",
    metadata,
    # Of a group or channel where messages are pinned: the one that is to be, and the one that is.
    Column(
        "subscriber_id",
        BigInteger,
        ForeignKey("subscriber.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("wanted", Text),
    Column("pinned", Text),
    Column("due_at", UTCDateTime, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
)

past_delivery = Table(
    "past_delivery",
    metadata,
    # What had become of a delivery before staff had it sent again.
    Column(
        "announcement_id",
        Ident,
        ForeignKey("announcement.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("subscriber_id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("message_ids", Text),
    Column("at", UTCDateTime),
    Column("resent_at", UTCDateTime, nullable=False),
    Column("resent_by", Text, nullable=False),
)

pace = Table(
    "pace",
    metadata,
    Column("bot", Text, primary_key=True),
    # Seconds since 1970: the time at which the next slot is free (GCRA's TAT).
    Column("free_at", Float, nullable=False),
    Column("blocked_until", Float, nullable=False),
    # Until when a message that is not paid for may be refused: too many were that are.
    Column("paid_until", Float, nullable=False, server_default="0"),
)

photo = Table(
    "photo",
    metadata,
    # A picture that Telegram has had from a bot, by the name under which that bot sends it again.
    Column("bot", Text, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("file_id", Text, nullable=False),
)

live_report = Table(
    "live_report",
    metadata,
    # A message in which the bot shows a member of staff how an announcement goes, until it is
    # through.
    Column("chat_id", BigInteger, primary_key=True),
    Column("message_id", BigInteger, primary_key=True),
    Column(
        "announcement_id",
        Ident,
        ForeignKey("announcement.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("staff", BigInteger, nullable=False),
    Column("language", Text, nullable=False),
    Column("told", Text, nullable=False),  # what it says now
)

countdown = Table(
    "countdown",
    metadata,
    # A message in which the bot counts the seconds until a release goes out.
    Column("chat_id", BigInteger, primary_key=True),
    Column("message_id", BigInteger, primary_key=True),
    Column("release_id", Ident, ForeignKey("release.id", ondelete="CASCADE"), nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("staff", BigInteger, nullable=False),
    Column("language", Text, nullable=False),
    Column("told", Integer, nullable=False),  # the seconds that it shows now
)

chat_pace = Table(
    "chat_pace",
    metadata,
    # When something may be sent again to one chat: seconds since 1970.
    Column("chat", Text, primary_key=True),
    Column("free_at", Float, nullable=False),
)

# --- what hubs have been told --------------------------------------------------------------------

hub = Table(
    "hub",
    metadata,
    # A WebSub hub as a whole; while it fails it is left alone until then.
    Column("url", Text, primary_key=True),
    Column("attempts", Integer, nullable=False, server_default="0"),  # in a row, all in vain
    Column("failing_since", UTCDateTime),
    Column("quiet_until", UTCDateTime),
    Column("reason", Text, nullable=False, server_default=""),
)

hub_ping = Table(
    "hub_ping",
    metadata,
    # A feed's address and the hub that is told of it: due while what readers are served now
    # (its entity tag) is not what the hub was last told of.
    Column("hub", Text, ForeignKey("hub.url", ondelete="CASCADE"), primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("served", Text, nullable=False),
    Column("changed_at", UTCDateTime, nullable=False),
    Column("told", Text, nullable=False, server_default=""),
    Column("told_at", UTCDateTime),
    Column("due_at", UTCDateTime, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("failing_since", UTCDateTime),
    Column("reason", Text, nullable=False, server_default=""),
)

# --- who belongs to the press office, beside the setting “staff” ---------------------------------

staff_role = Table(
    "staff_role",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),  # on Telegram
    Column("role", Text, primary_key=True),  # admin, editor, translator, observer
    Column("language", Text, primary_key=True),  # of a translator; else ""
    Column("given_by", Text, nullable=False),  # as in the audit log
    Column("given_at", UTCDateTime, nullable=False),
)

staff_person = Table(
    "staff_person",
    metadata,
    # What is known of a person, and when they want to be told things; of those in the setting
    # only once they have said so.
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, server_default=""),  # as Telegram said it when they joined
    Column("language", Text, nullable=False, server_default=""),  # of their Telegram, then
    Column("digest_hour", Integer),  # of the day at which things are told together; null: at once
    Column("quiet_from", Integer),  # whole hours on their own clock
    Column("quiet_until", Integer),
    Column("urgent_always", Boolean, nullable=False, server_default=sql("true")),
)

staff_invitation = Table(
    "staff_invitation",
    metadata,
    Column("id", Ident, primary_key=True),
    Column("hash", Text, nullable=False, unique=True),  # of the code in the link, in hex
    Column("role", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("made_by", Text, nullable=False),  # as in the audit log
    Column("made_at", UTCDateTime, nullable=False),
    Column("until", UTCDateTime, nullable=False),
    Column("used_by", BigInteger),
    Column("used_at", UTCDateTime),
    Column("revoked_at", UTCDateTime),
)

staff_menu = Table(
    "staff_menu",
    metadata,
    # Which menu of commands somebody's private chat was given, so that it can be taken back.
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("menu", Text, nullable=False),
)

# --- the house -----------------------------------------------------------------------------------

audit = Table(
    "audit",
    metadata,
    # Triggers on both databases refuse to change or delete a row.
    Column("id", Ident, primary_key=True),
    Column("at", UTCDateTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("slug", Text, nullable=False),
    Column("details", Json, nullable=False),
    # The seal of the act before, and its own. Two acts never follow the same one.
    Column("previous", Text, nullable=False, unique=True),
    Column("hash", Text, nullable=False),
    Index("ix_audit_slug", "slug"),
)

notice = Table(
    "notice",
    metadata,
    Column("id", Ident, primary_key=True),
    # What staff are told once: the same thing, told again, finds its key taken.
    Column("key", Text, nullable=False, unique=True),
    Column("text", Json, nullable=False),  # a message with its arguments, in no language yet
    Column("created_at", UTCDateTime, nullable=False),
    # Told at any time, to whoever has not asked for quiet from these as well.
    Column("urgent", Boolean, nullable=False, server_default=sql("false")),
)

notice_copy = Table(
    "notice_copy",
    metadata,
    Column("notice_id", Ident, ForeignKey("notice.id", ondelete="CASCADE"), primary_key=True),
    Column("staff", Text, primary_key=True),  # the transport's address of one person
    Column("state", Text, nullable=False),  # pending, sending, told, failed
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("due_at", UTCDateTime, nullable=False),
    Column("at", UTCDateTime),
    Index("ix_notice_copy_state_due_at", "state", "due_at"),
)

handled_update = Table(
    "handled_update",
    metadata,
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UTCDateTime, nullable=False),
)

tray = Table(
    "tray",
    metadata,
    # What staff sent and were asked about, until they answer: a file stays with Telegram.
    Column("name", Text, primary_key=True),
    Column("sender", BigInteger, nullable=False),
    Column("sent", Json, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Index("ix_tray_at", "at"),
)

album = Table(
    "album",
    metadata,
    # What staff sent together, by the name that Telegram gives it: the texts as they are filed, the
    # pictures as they are with a release, or wait for one.
    Column("sender", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),  # texts, pictures
    Column("name", Text, primary_key=True),
    Column("kept", Json, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Index("ix_album_at", "at"),
)

lease = Table(
    "lease",
    metadata,
    Column("role", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until", UTCDateTime, nullable=False),
)

meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
