"""The method that answers an inline query (https://core.telegram.org/bots/api#inline-mode)."""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox import parameters as p
from bot.sandbox.methods import Desk, Methods, Values
from bot.sandbox.offers import Offer, Result
from bot.sandbox.posting import keyboard, preview
from bot.sandbox.refusal import bad_request
from bot.sandbox.text import checked_url, formatted

RESULTS = 50
ID_BYTES = OFFSET_BYTES = 64
_START = re.compile(r"[A-Za-z0-9_-]{1,64}")

table = Methods()

_CONTENT: dict[str, p.Reader] = {
    "message_text": p.string,
    "parse_mode": p.string,
    "entities": p.array,
    "link_preview_options": preview,
}


def _content(name: str, raw: Any) -> dict[str, Any]:
    return p.only(name, p.mapping(name, raw), _CONTENT)


_ARTICLE: dict[str, p.Reader] = {
    "type": p.string,
    "id": p.string,
    "title": p.string,
    "input_message_content": _content,
    "reply_markup": keyboard,
    "url": p.string,
    "description": p.string,
    "thumbnail_url": p.string,
    "thumbnail_width": p.integer,
    "thumbnail_height": p.integer,
}
_BUTTON: dict[str, p.Reader] = {"text": p.string, "start_parameter": p.string}


def _button(name: str, raw: Any) -> tuple[str, str]:
    button = p.only(name, p.mapping(name, raw), _BUTTON)
    if not button.get("text", "").strip():
        raise bad_request("can't parse InlineQueryResultsButton: its text must be non-empty")
    if not _START.fullmatch(button.get("start_parameter", "")):
        raise bad_request("START_PARAM_INVALID")
    return button["text"], button["start_parameter"]


@table.method(
    "answerInlineQuery",
    "inline_query_id",
    "results",
    inline_query_id=p.string,
    results=p.array,
    cache_time=p.integer,
    is_personal=p.boolean,
    next_offset=p.string,
    button=_button,
)
def answer_inline_query(desk: Desk, values: Values) -> bool:
    if len(values["results"]) > RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    results = tuple(map(_result, values["results"]))
    if len({result.id for result in results}) < len(results):
        raise bad_request("RESULT_ID_DUPLICATE")
    next_offset = values.get("next_offset", "")
    if len(next_offset.encode()) > OFFSET_BYTES:
        raise bad_request("NEXT_OFFSET_INVALID")
    seconds = values.get("cache_time", 300)
    if seconds < 0:
        raise bad_request("cache_time must not be negative")
    offer = Offer(results=results, next_offset=next_offset, button=values.get("button"))
    personal = values.get("is_personal", False)
    desk.chats.offers.answer(values["inline_query_id"], offer, seconds, personal=personal)
    return True


def _result(raw: Any) -> Result:
    if not isinstance(raw, dict):
        raise bad_request("can't parse inline query result: expected an Object")
    if raw.get("type") != "article":
        raise bad_request("the sandbox knows no inline query result but an article")
    article = p.only("result", raw, _ARTICLE)
    if not 1 <= len(article.get("id", "").encode()) <= ID_BYTES:
        raise bad_request("RESULT_ID_INVALID")
    if not article.get("title", "").strip():
        raise bad_request("ARTICLE_TITLE_EMPTY")
    for field in ("url", "thumbnail_url"):
        if field in article:
            checked_url(article[field], f"inline query result {field}")
    content = article.get("input_message_content", {})
    visible, entities = formatted(
        content.get("message_text", ""), content.get("entities"), content.get("parse_mode")
    )
    if not visible:
        raise bad_request("message text is empty")
    return Result(
        id=article["id"],
        title=article["title"],
        description=article.get("description", ""),
        text=visible,
        entities=tuple(entities),
        reply_markup=article.get("reply_markup"),
        preview=content.get("link_preview_options"),
    )
