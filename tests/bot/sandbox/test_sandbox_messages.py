"""Messages, from the bot's call to what a person sees."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    MessageEntity,
    ReplyParameters,
)
from telegram.error import BadRequest, Forbidden

from bot.clock import FixedClock
from bot.sandbox import Sandbox


async def test_a_message_arrives_as_it_was_sent(sandbox: Sandbox, api: Bot) -> None:
    person = sandbox.person(11, "Ada", "en")
    person.start()
    sent = await api.send_message(
        11,
        "  😀 Charter Day\n\nText ",
        entities=[MessageEntity("bold", 2, 14)],
        disable_notification=True,
        protect_content=True,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
        reply_markup=InlineKeyboardMarkup(
            [[InlineKeyboardButton("Read", url="https://example.org/a")]]
        ),
    )
    seen = person.chat.last
    assert seen is not None
    assert seen.text == sent.text == "😀 Charter Day\n\nText"
    assert sent.parse_entity(sent.entities[0]) == "😀 Charter Day"
    assert seen.silent
    assert seen.protected
    assert [(b.label, b.url) for b in seen.buttons] == [("Read", "https://example.org/a")]
    assert sent.message_id == seen.message_id
    assert sent.has_protected_content


async def test_html_becomes_entities(sandbox: Sandbox, api: Bot) -> None:
    sandbox.person(11, "Ada").start()
    sent = await api.send_message(
        11,
        '<b>A &lt; B</b> <a href="https://example.org/?a=1&amp;b=2">link</a>\n'
        "<blockquote expandable>“<i>verbatim</i>”</blockquote>"
        '<pre><code class="language-sql">SELECT 1</code></pre>&nbsp;',
        parse_mode="HTML",
    )
    assert sent.text == "A < B link\n“verbatim”SELECT 1&nbsp;"
    assert [(e.type, sent.parse_entity(e)) for e in sent.entities[:4]] == [
        ("bold", "A < B"),
        ("text_link", "link"),
        ("expandable_blockquote", "“verbatim”"),
        ("italic", "verbatim"),
    ]
    assert sent.entities[1].url == "https://example.org/?a=1&b=2"


async def test_an_edit_replaces_text_and_keyboard(sandbox: Sandbox, api: Bot) -> None:
    person = sandbox.person(11, "Ada")
    person.start()
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Go", callback_data="go")]])
    sent = await api.send_message(11, "one", reply_markup=keyboard)
    edited = await api.edit_message_text("two", 11, sent.message_id)
    seen = person.chat.message(sent.message_id)
    assert seen is not None
    assert (seen.text, seen.buttons) == ("two", [])
    assert seen.edited is not None
    assert not isinstance(edited, bool)
    assert edited.edit_date is not None
    with pytest.raises(BadRequest, match="Message is not modified"):
        await api.edit_message_text("two", 11, sent.message_id)
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await api.edit_message_text("two", 11, 999)
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await api.edit_message_text("two", 11, 1)
    await api.edit_message_reply_markup(11, sent.message_id, reply_markup=keyboard)
    assert [b.label for b in seen.buttons] == ["Go"]


async def test_replies_point_to_their_message(sandbox: Sandbox, api: Bot) -> None:
    sandbox.person(11, "Ada").start()
    first = await api.send_message(11, "one")
    reply = await api.send_message(11, "two", reply_parameters=ReplyParameters(first.message_id))
    assert reply.reply_to_message is not None
    assert reply.reply_to_message.text == "one"
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await api.send_message(11, "x", reply_parameters=ReplyParameters(99))
    alone = await api.send_message(
        11, "x", reply_parameters=ReplyParameters(99, allow_sending_without_reply=True)
    )
    assert alone.reply_to_message is None


async def test_documents_go_both_ways(sandbox: Sandbox, api: Bot) -> None:
    person = sandbox.person(11, "Ada")
    person.send_document("letter.md", b"# Harbour", "text/markdown", caption="/new please")
    [update] = await api.get_updates()
    message = update.message
    assert message is not None
    assert message.document is not None
    assert message.parse_caption_entity(message.caption_entities[0]) == "/new"
    file = await message.document.get_file()
    assert bytes(await file.download_as_bytearray()) == b"# Harbour"
    await api.send_document(11, b"a,b\n", filename="report.csv", caption="Report")
    seen = person.chat.last
    assert seen is not None
    assert seen.document is not None
    assert (seen.document.name, seen.document.data) == ("report.csv", b"a,b\n")
    with pytest.raises(BadRequest, match="Message caption is too long"):
        await api.send_document(11, b"x", caption="é" * 1025)


async def test_a_file_too_big_for_bots_is_not_served(sandbox: Sandbox, api: Bot) -> None:
    sent = sandbox.person(11, "Ada").send_document("big", bytes(20 * 1024 * 1024 + 1))
    assert sent.document is not None
    with pytest.raises(BadRequest, match="File is too big"):
        await api.get_file(sent.document.file_id)


async def test_deleting_ends_after_two_days() -> None:
    clock = FixedClock(datetime(2026, 6, 26, 9, tzinfo=UTC))
    async with (
        Sandbox(clock=clock) as sandbox,
        Bot(sandbox.token, base_url=f"{sandbox.url}/bot") as api,
    ):
        person = sandbox.person(11, "Ada")
        person.start()
        young = await api.send_message(11, "young")
        assert young.date == clock.now()
        assert await api.delete_message(11, young.message_id)
        old = await api.send_message(11, "old")
        clock.set(clock.now() + timedelta(hours=49))
        with pytest.raises(BadRequest, match="Message can't be deleted for everyone"):
            await api.delete_message(11, old.message_id)
        assert [m.text for m in person.chat.messages] == ["/start", "old"]
        with pytest.raises(BadRequest, match="Message to delete not found"):
            await api.delete_message(11, young.message_id)


async def test_rights_in_a_channel(sandbox: Sandbox, api: Bot) -> None:
    owner = sandbox.person(1, "Vera")
    channel = sandbox.channel(-1001234567890, "Harbour", owner)
    with pytest.raises(Forbidden, match="bot is not a member of the channel chat"):
        await api.send_message(channel.id, "x")
    channel.add_bot(can_post=False)
    with pytest.raises(BadRequest, match="Need administrator rights in the channel chat"):
        await api.send_message(channel.id, "x")
    channel.promote_bot(can_post=True, can_edit=False)
    posted = await api.send_message(channel.id, "x")
    assert posted.sender_chat is not None
    assert posted.sender_chat.title == "Harbour"
    with pytest.raises(BadRequest, match="Not enough rights to manage pinned messages"):
        await api.pin_chat_message(channel.id, posted.message_id)
    channel.promote_bot(can_edit=True)
    assert await api.pin_chat_message(channel.id, posted.message_id)
    pinned = (await api.get_chat(channel.id)).pinned_message
    assert pinned is not None
    assert pinned.message_id == posted.message_id
    assert await api.unpin_chat_message(channel.id, posted.message_id)
    assert (await api.get_chat(channel.id)).pinned_message is None
    assert await api.unpin_chat_message(channel.id, posted.message_id), "once more does no harm"
    with pytest.raises(BadRequest, match="Message to unpin not found"):
        await api.unpin_chat_message(channel.id, 4711)


async def test_topics_of_a_forum(sandbox: Sandbox, api: Bot) -> None:
    forum = sandbox.group(-1001234567890, "Press", sandbox.person(1, "Vera"), forum=True)
    forum.add_bot()
    topic = forum.topic("Harbour")
    sent = await api.send_message(forum.id, "x", message_thread_id=topic)
    assert sent.message_thread_id == topic
    assert sent.is_topic_message
    with pytest.raises(BadRequest, match="Message thread not found"):
        await api.send_message(forum.id, "x", message_thread_id=4711)
    forum.close_topic(topic)
    with pytest.raises(BadRequest, match=r"(?i)topic_closed"):
        await api.send_message(forum.id, "x", message_thread_id=topic)
