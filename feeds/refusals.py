"""The answers that hold no document: why there is none, or where it is."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import hdrs, web

from feeds.serving import PUBLIC

ALLOWED = (hdrs.METH_GET, hdrs.METH_HEAD)
_LEAVE: Mapping[str, str] = {
    hdrs.ACCESS_CONTROL_ALLOW_METHODS: ", ".join(ALLOWED),
    hdrs.ACCESS_CONTROL_ALLOW_HEADERS: "*",
    hdrs.ACCESS_CONTROL_MAX_AGE: "86400",
}


def unknown() -> web.HTTPException:
    return web.HTTPNotFound(headers=PUBLIC)


def gone() -> web.HTTPException:
    """For good, so that readers stop polling."""
    return web.HTTPGone(headers=PUBLIC)


def moved(url: str) -> web.HTTPException:
    """For good: readers keep the new address."""
    return web.HTTPMovedPermanently(url, headers=PUBLIC)


def elsewhere(url: str) -> web.HTTPException:
    """For now: readers keep the address that they asked for."""
    return web.HTTPTemporaryRedirect(url, headers={hdrs.CACHE_CONTROL: "no-cache", **PUBLIC})


def later(seconds: int) -> web.HTTPException:
    return web.HTTPServiceUnavailable(headers=_not_now(seconds))


def too_often(seconds: int) -> web.HTTPException:
    return web.HTTPTooManyRequests(headers=_not_now(seconds))


def _not_now(seconds: int) -> Mapping[str, str]:
    return {hdrs.RETRY_AFTER: str(seconds), hdrs.CACHE_CONTROL: "no-store", **PUBLIC}


def other_method(request: web.Request) -> web.Response:
    """405 – but a browser that asks whether a reader in a web page may send validators (CORS's
    preflight) is given leave."""
    asks = hdrs.ACCESS_CONTROL_REQUEST_METHOD in request.headers
    if request.method == hdrs.METH_OPTIONS and asks:
        return web.Response(status=204, headers={**_LEAVE, **PUBLIC})
    raise web.HTTPMethodNotAllowed(request.method, ALLOWED, headers=PUBLIC)
