"""A press release and its variants: values, and which moves between states are legal."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.releases.picture import Picture

UN_LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")
"""The six official languages of the United Nations, in which its symbols exist."""


class VariantState(StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"


class ReleaseState(StrEnum):
    """Where a release stands on its way to readers.

    ``draft`` → ``queued`` (a time is set) → ``published``; ``held`` waits for staff.
    """

    DRAFT = "draft"
    QUEUED = "queued"
    HELD = "held"
    PUBLISHED = "published"


class PubStatus(StrEnum):
    """IPTC ninjs ``pubstatus``."""

    USABLE = "usable"
    WITHHELD = "withheld"
    CANCELED = "canceled"


class Completeness(StrEnum):
    """What to do while a required language is missing (product rule 2)."""

    HOLD = "hold"
    PUBLISH_READY = "publish_ready"
    FALLBACK = "fallback"


@dataclass(frozen=True, kw_only=True)
class Moment:
    """An instant together with the zone it was named in (RFC 9557).

    ``at`` is aware, in UTC; ``zone`` an IANA name, kept so that people see their own wall time.
    """

    at: datetime
    zone: str = "UTC"

    @property
    def local(self) -> datetime:
        """The same instant on the wall clock of its zone."""
        return self.at.astimezone(ZoneInfo(self.zone))


@dataclass(frozen=True, kw_only=True)
class Issuer:
    """Who issues the release. ``names`` maps language tags to the name in that language."""

    names: Mapping[str, str] = field(default_factory=dict)
    address: str = ""

    def name_in(self, language: str) -> str:
        """The name in ``language``, else in English, else whichever comes first."""
        for tag in (language, language.split("-")[0], "en"):
            if tag in self.names:
                return self.names[tag]
        return next(iter(self.names.values()), "")


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Whom the press may ask."""

    name: str = ""
    email: str = ""
    phones: tuple[str, ...] = ()
    faxes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RelatedDocument:
    """A document that the release refers to.

    ``text`` is the release's own wording, verbatim. ``symbols`` are UN document symbols such as
    ``A/73/740``; ``languages`` those in which the document exists.
    """

    text: str
    url: str = ""
    symbols: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


def symbol_url(symbol: str, language: str = "en") -> str:
    """The public address of a UN document symbol (https://docs.un.org/{lang}/{symbol})."""
    tag = language if language in UN_LANGUAGES else "en"
    return f"https://docs.un.org/{tag}/{symbol}"


@dataclass(frozen=True, kw_only=True)
class ObservanceSpec:
    """What is commemorated, as a release declares it (settings in interface: ``observance``).

    ``origin`` is the civil date of the event. ``every`` n years, or only the listed ``years``
    (anniversary numbers). ``at`` is a local time "HH:MM" in the subscriber's zone, or "" for the
    office's occasion hour. ``accepted`` is false while it is only a proposal read from a letter.

    ``calendar`` is the one in which the day comes back each year: ``gregorian``, ``islamic``,
    ``hebrew`` or ``persian``. ``first``, ``last`` and ``skip`` are years of that calendar.
    ``lead`` are the days ahead on which it is announced as well. ``move`` says what becomes of a
    day that falls on the ``weekend``: "" (it stays), ``nearest-weekday``, ``next-weekday`` or
    ``previous-weekday``.
    """

    origin: date
    every: int = 1
    years: tuple[int, ...] = ()
    feb29: str = "feb28"
    at: str = ""
    catch_up: str = "same-day"
    without_edition: str = "announce"
    remind: tuple[int, ...] = (30, 7, 1)
    accepted: bool = True
    calendar: str = "gregorian"
    first: int | None = None
    last: int | None = None
    skip: tuple[int, ...] = ()
    lead: tuple[int, ...] = ()
    move: str = ""
    weekend: tuple[str, ...] = ("sat", "sun")


@dataclass(frozen=True, kw_only=True)
class Variant:
    """The release in one language. ``body`` is Markdown, paragraphs parted by blank lines.

    ``headline`` and ``occasion`` (the observance's title pattern) may hold ``{ordinal}`` and
    ``{years}``. ``approved_original_hash`` is the original's hash when this was approved.
    """

    language: str
    headline: str
    subhead: str = ""
    body: str = ""
    occasion: str = ""
    state: VariantState = VariantState.DRAFT
    written_by: str = ""
    approved_by: str = ""
    approved_original_hash: str = ""
    # Not shown: by how a draft reads the folder knows whether its files have changed.
    alone: str = field(default="", repr=False)
    """Why its writer approved it without a second person."""

    @property
    def content_hash(self) -> str:
        """A hash of what a reader sees of this variant; approval is bound to it."""
        parts = "\x1f".join((self.headline, self.subhead, self.body, self.occasion))
        return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Release:
    """One press release with its variants, keyed by language tag; ``original`` names the first.

    ``date`` is the date it bears, a civil date that triggers nothing (product rule 12).
    ``edition_of`` is the slug of an earlier release of the same observance. ``seen`` is the
    fingerprint of the text that is to go out, of no other, or "" for whatever is approved then.
    """

    slug: str
    original: str
    date: date
    variants: Mapping[str, Variant]
    dateline: str = ""
    topics: tuple[str, ...] = ()
    issuer: Issuer = field(default_factory=Issuer)
    contact: Contact = field(default_factory=Contact)
    related: tuple[RelatedDocument, ...] = ()
    pictures: tuple[Picture, ...] = field(default=(), repr=False)
    observance: ObservanceSpec | None = None
    embargo: Moment | None = None
    publish_at: Moment | None = None
    required_languages: tuple[str, ...] = ()
    completeness: Completeness | None = None
    state: ReleaseState = ReleaseState.DRAFT
    pubstatus: PubStatus = PubStatus.USABLE
    archive: bool = False
    edition_of: str | None = None
    seen: str = field(default="", repr=False)
    id: int | None = None

    def __post_init__(self) -> None:
        if self.original not in self.variants:
            raise ValueError(f"{self.slug}: no variant in the original language {self.original}")
        for tag, variant in self.variants.items():
            if tag != variant.language:
                raise ValueError(f"{self.slug}: variant {variant.language} filed under {tag}")

    @property
    def original_hash(self) -> str:
        return self.variants[self.original].content_hash

    def is_approved(self, language: str) -> bool:
        """Approved, and not stale."""
        return self.state_of(language) == "approved"

    def state_of(self, language: str) -> str:
        """``draft``, ``approved`` or ``stale`` (the original changed after approval)."""
        variant = self.variants[language]
        if variant.state is not VariantState.APPROVED:
            return "draft"
        if language != self.original and variant.approved_original_hash != self.original_hash:
            return "stale"
        return "approved"

    def is_owed(self, language: str) -> bool:
        """Approved by its writer alone: a second person's approval is still to come."""
        return self.is_approved(language) and bool(self.variants[language].alone)

    @property
    def owed_languages(self) -> tuple[str, ...]:
        return tuple(tag for tag in self.variants if self.is_owed(tag))

    @property
    def approved_languages(self) -> tuple[str, ...]:
        return tuple(tag for tag in self.variants if self.is_approved(tag))
