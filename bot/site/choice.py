"""The language that a visitor chose, remembered by the visitor's own browser and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from bot.site import negotiation
from bot.site.addresses import CHOSEN, Addresses
from bot.site.answers import SECURITY

COOKIE = "language"
A_YEAR = 365 * 24 * 60 * 60


def remembered(request: web.Request) -> str:
    """What a browser says that its visitor chose; "" if nothing. It may be anything."""
    return request.cookies.get(COOKIE, "")


def kept(
    request: web.Request, languages: Sequence[str], addresses: Addresses
) -> web.Response | None:
    """The answer to a visitor who came by the language switch: the same page under its plain
    address, and a cookie. ``None`` for everybody else."""
    given = request.match_info.get("language", "")
    language = negotiation.proper_tag(given, languages)
    if language is None or request.query.get(CHOSEN) != given:
        return None
    base = urlsplit(addresses.base)
    plain = request.rel_url.without_query_params(CHOSEN)
    answer = web.Response(
        status=303,
        headers={hdrs.LOCATION: base.path + str(plain), hdrs.CACHE_CONTROL: "no-store", **SECURITY},
    )
    answer.set_cookie(
        COOKIE,
        language,
        max_age=A_YEAR,
        path=f"{base.path}/",
        secure=base.scheme == "https",
        httponly=True,
        samesite="Lax",
    )
    return answer
