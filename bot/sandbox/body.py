"""What a request carries: a query, JSON, a form, or files."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import orjson
from aiohttp import web

from bot.sandbox.parameters import Upload
from bot.sandbox.refusal import Refusal, bad_request

ATTACHED = "attach://"


async def parameters_of(request: web.BaseRequest) -> dict[str, Any]:
    """What the call was given, from its address and its body; raises ``Refusal``."""
    raw: dict[str, Any] = dict(request.query) if request.query_string else {}
    if request.method == "GET" or not request.body_exists:
        return raw
    kind = request.content_type
    try:
        if kind == "application/json":
            body = orjson.loads(await request.read())
            if not isinstance(body, dict):
                raise bad_request("can't parse JSON object: Object expected")
            raw.update(body)
        elif kind == "application/x-www-form-urlencoded":
            form = (await request.read()).decode("ascii")
            raw.update(parse_qsl(form, keep_blank_values=True, errors="strict"))
        elif kind == "multipart/form-data":
            await _multipart(request, raw)
    except UnicodeError:
        raise bad_request("strings must be encoded in UTF-8") from None
    except orjson.JSONDecodeError as error:
        raise bad_request(f"can't parse JSON object: {error.msg}") from None
    except web.HTTPRequestEntityTooLarge:
        raise Refusal(413, "Request Entity Too Large") from None
    return raw


async def _multipart(request: web.BaseRequest, raw: dict[str, Any]) -> None:
    files: dict[str, Upload] = {}
    for name, part in (await request.post()).items():
        if isinstance(part, web.FileField):
            files[name] = Upload(name=part.filename, mime=part.content_type, data=part.file.read())
        else:
            raw[name] = part if isinstance(part, str) else part.decode()
    for name, value in raw.items():
        if isinstance(value, str) and ATTACHED in value:
            raw[name] = _attached(value, files)
    raw.update(files)


def _attached(value: str, files: dict[str, Upload]) -> Any:
    """The file that a parameter names, or an object with the file that its ``media`` names."""
    if value.startswith(ATTACHED):
        return files.pop(value.removeprefix(ATTACHED), value)
    decoded = orjson.loads(value) if value.startswith("{") else value
    if isinstance(decoded, dict) and str(decoded.get("media")).startswith(ATTACHED):
        name = decoded["media"].removeprefix(ATTACHED)
        return decoded | {"media": files.pop(name, decoded["media"])}
    return value
