"""What the settings alone tell the doctor; nothing here touches the machine or the network."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from bot.delivery.pace import FREE, paid_cap
from bot.settings import Settings, unknown_variables
from translations.catalogs import catalog_for, interface_languages
from translations.locales import best_match
from translations.text import Text, text, texts

WEBHOOK_PORTS = (443, 80, 88, 8443)
"""Bot API, ``setWebhook``: the ports that Telegram calls."""
REAL_BOT_API = "api.telegram.org"


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """``check`` is a stable name; ``remedy`` is there unless all is well."""

    check: str
    level: Level
    what: Text
    remedy: Text | None = None


def ok(check: str, what: Text) -> Finding:
    return Finding(check=check, level=Level.OK, what=what)


def warning(check: str, what: Text, remedy: Text) -> Finding:
    return Finding(check=check, level=Level.WARNING, what=what, remedy=remedy)


def error(check: str, what: Text, remedy: Text | None = None) -> Finding:
    return Finding(check=check, level=Level.ERROR, what=what, remedy=remedy)


def variables() -> Iterator[Finding]:
    for name in unknown_variables():
        yield warning(
            "variables",
            text("No setting reads the variable {name}.", name=name),
            text("Correct its name, or remove it."),
        )


def is_loopback(url: str) -> bool:
    """Whether only this machine can follow ``url``."""
    host = urlsplit(url).hostname or ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def addresses(settings: Settings) -> Iterator[Finding]:
    real = urlsplit(settings.telegram_api_url).hostname == REAL_BOT_API
    if not is_loopback(settings.base_url):
        yield ok("base_url", text("Links lead to {url}.", url=settings.base_url))
        return
    what = text("Links lead to {url}, which only this machine can open.", url=settings.base_url)
    remedy = text("Set base_url to the newsroom’s public address.")
    has_token = bool(settings.telegram_token or settings.telegram_token_file)
    if has_token and real:
        yield error("base_url", what, remedy)
    else:
        yield warning("base_url", what, remedy)


def webhook(settings: Settings) -> Iterator[Finding]:
    if not settings.telegram_webhook_url:
        return
    parts = urlsplit(settings.telegram_webhook_url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    local = urlsplit(settings.telegram_api_url).hostname != REAL_BOT_API
    if (parts.scheme == "https" and port in WEBHOOK_PORTS) or local:
        yield ok("webhook", text("Updates come to {url}.", url=settings.telegram_webhook_url))
        return
    yield error(
        "webhook",
        text("Telegram does not call {url}.", url=settings.telegram_webhook_url),
        text("Use https and one of the ports 443, 80, 88 and 8443 in telegram_webhook_url."),
    )


def paying(settings: Settings) -> Iterator[Finding]:
    """Faster than Telegram allows for nothing, or paid for in vain."""
    fast = settings.rate_per_second > FREE
    if settings.allow_paid_broadcast and paid_cap(settings):
        cap = settings.paid_messages_cap
        yield ok(
            "pace",
            texts(
                "At most {n} message of an announcement is paid for.",
                "At most {n} messages of an announcement are paid for.",
                cap,
            ),
        )
    elif settings.allow_paid_broadcast:
        yield warning(
            "pace",
            text("allow_paid_broadcast is on, and nothing is paid for."),
            text("Set paid_messages_cap, and rate_per_second above 30; or turn it off."),
        )
    elif fast and urlsplit(settings.telegram_api_url).hostname == REAL_BOT_API:
        yield warning(
            "pace",
            text("rate_per_second is more than Telegram allows for nothing."),
            text("Set it to 30, or pay: allow_paid_broadcast and paid_messages_cap."),
        )


def office(settings: Settings) -> Iterator[Finding]:
    issuer = settings.issuer
    lacking = [
        warning("issuer", what, remedy)
        for given, what, remedy in (
            (
                issuer.names,
                text("The office has no name."),
                text("Set issuer.names: messages, pages and feeds say who issues a release."),
            ),
            (
                issuer.domain and issuer.since,
                text("Feed entries have no permanent ids of their own yet."),
                text("Set issuer.domain and issuer.since once, and never change them."),
            ),
        )
        if not given
    ]
    yield from lacking or [ok("issuer", text("The office is named."))]


def admins(settings: Settings, given: Collection[str] = ()) -> Iterator[Finding]:
    """``given`` are the roles that people have beside those from the setting."""
    if not (settings.telegram_token or settings.telegram_token_file):
        return
    roles = {*(member.role for member in settings.staff), *given}
    if not roles:
        yield warning(
            "staff",
            text("Nobody may release anything from Telegram."),
            text("Run polyherald staff invite admin, and have somebody follow the link."),
        )
    elif "admin" not in roles:
        yield warning(
            "staff",
            text("Nobody of the press office is admin."),
            text("Run polyherald staff invite admin, and have somebody follow the link."),
        )


def languages(settings: Settings) -> Iterator[Finding]:
    spoken = interface_languages()
    broken = [tag for tag in spoken if catalog_for(tag).tag != tag]
    if broken:
        yield error(
            "catalogs",
            text("These catalogs are missing: {languages}.", languages=tuple(broken)),
            text("Install Polyherald again."),
        )
    foreign = tuple(tag for tag in settings.languages if best_match([tag], spoken) is None)
    if foreign:
        yield warning(
            "catalogs",
            text("Buttons and dates’ wording around {languages} are English.", languages=foreign),
            text("CONTRIBUTING.md says how to add a language."),
        )
    elif not broken:
        yield ok("catalogs", text("Every language of the office has its own words and buttons."))
