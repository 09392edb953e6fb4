"""Groups and channels subscribe when an admin adds the bot and confirms."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.audience import repository as audience
from bot.audience.subscriber import SubscriberState
from translations.catalogs import catalog_for

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

CHANNEL, GROUP = -1001234567890, -4321


async def test_a_channel_is_confirmed_in_private_by_who_added_the_bot(bot: Any) -> None:
    owner = bot.person(language="ru")
    start = await bot.ask(owner, "/start")
    channel = bot.sandbox.channel(CHANNEL, "Морские вести", owner)
    channel.add_bot()
    card = await owner.chat.wait_for("Морские вести", after=start)
    pending = await bot.subscriber(CHANNEL)
    assert (pending.state, pending.kind, pending.added_by) == ("pending", "channel", "21")
    ru = catalog_for("ru")
    await owner.press(ru.gettext("Languages"), card)
    await owner.press("العربية", card)
    await owner.press(ru.gettext("All settings"), card)
    await owner.press(ru.gettext("Topics"), card)
    await owner.press(ru.gettext("Confirm"), card)
    active = await bot.subscriber(CHANNEL)
    assert active.state is SubscriberState.ACTIVE
    assert active.languages == ("ru", "ar")
    assert not channel.messages, "a channel hears nothing of its configuration"
    assert not card.buttons


async def test_a_channel_of_somebody_unknown_stays_silent_until_they_come(bot: Any) -> None:
    owner = bot.person()
    channel = bot.sandbox.channel(CHANNEL, "Tides", owner)
    channel.add_bot()
    await bot.state_is(CHANNEL, SubscriberState.PENDING)
    owner.start()
    card = await owner.chat.wait_for("Tides")
    assert not channel.messages
    await owner.press("Confirm", card)
    assert (await bot.subscriber(CHANNEL)).state is SubscriberState.ACTIVE
    listed = await bot.ask(owner, "/channels")
    assert "“Tides”: active, English" in listed.text
    await owner.press("Tides", listed)
    await owner.press("Languages", listed)
    await owner.press("Français", listed)
    assert (await bot.subscriber(CHANNEL)).languages == ("en", "fr")


async def test_a_group_of_somebody_unknown_gets_one_button_that_leads_to_private(bot: Any) -> None:
    owner = bot.person()
    group = bot.sandbox.group(GROUP, "Rowers", owner)
    group.add_bot()
    pointer = await group.wait_for("An admin of this group")
    (button,) = pointer.buttons
    assert button.url == f"https://t.me/herald_sandbox_bot?start=setup_{GROUP}"
    owner.start(f"setup_{GROUP}")
    card = await owner.chat.wait_for("Rowers")
    await owner.press("Confirm", card)
    assert (await bot.subscriber(GROUP)).state is SubscriberState.ACTIVE
    assert await bot.subscriber(owner.id) is None, "following the link subscribed nobody else"
    assert len([m for m in group.messages if m.from_bot]) == 1


async def test_only_the_admin_who_added_it_may_configure_it(bot: Any) -> None:
    owner, other = bot.person(), bot.person(22, "Omar")
    start = await bot.ask(owner, "/start")
    group = bot.sandbox.group(GROUP, "Rowers", owner)
    group.add_member(other, admin=True)
    group.add_bot()
    card = await owner.chat.wait_for("Rowers", after=start)
    refused = await bot.ask(other, f"/start setup_{GROUP}")
    assert "Only the admin" in refused.text
    for data in (f"lang:{GROUP}:+:fr", f"done:{GROUP}", f"zone:{GROUP}:Asia/Tokyo"):
        answer = await forged(bot, other, data)
        assert "Only the admin" in answer.text
    unknown = await bot.ask(other, "/start setup_-999")
    assert unknown.text == refused.text, "nothing can be learnt about other chats"
    assert (await bot.subscriber(GROUP)).state is SubscriberState.PENDING
    await owner.press("Confirm", card)
    assert (await bot.subscriber(GROUP)).state is SubscriberState.ACTIVE


async def forged(bot: Any, person: Any, data: str) -> Any:
    """A button that the bot never showed, pressed under one that it did."""
    message = await bot.ask(person, "/privacy")
    answer = bot.sandbox.chats.queries.open(person, message, data)
    return await asyncio.wait_for(answer, 10)


async def test_who_is_no_admin_any_more_may_not_configure_it(bot: Any) -> None:
    owner, helper = bot.person(), bot.person(22, "Omar")
    start = await bot.ask(helper, "/start")
    group = bot.sandbox.group(GROUP, "Rowers", owner)
    group.add_member(helper, admin=True)
    group.add_bot(helper)
    card = await helper.chat.wait_for("Rowers", after=start)
    group.add_member(helper)
    assert "Only the admin" in (await helper.press("Confirm", card)).text
    assert (await bot.subscriber(GROUP)).state is SubscriberState.PENDING


async def test_a_channel_where_the_bot_may_not_post_is_not_confirmed(bot: Any) -> None:
    owner = bot.person()
    start = await bot.ask(owner, "/start")
    channel = bot.sandbox.channel(CHANNEL, "Tides", owner)
    channel.add_bot(can_post=False)
    card = await owner.chat.wait_for("Tides", after=start)
    assert "may not post" in (await owner.press("Confirm", card)).text
    channel.promote_bot(can_post=True)
    await bot.quiet(owner)
    await owner.press("Confirm", card)
    assert (await bot.subscriber(CHANNEL)).state is SubscriberState.ACTIVE


async def confirmed(bot: Any, room: Any, owner: Any) -> None:
    start = await bot.ask(owner, "/start")
    room.add_bot()
    card = await owner.chat.wait_for(room.title, after=start)
    await owner.press("Languages", card)
    await owner.press("Français", card)
    await owner.press("Confirm", card)
    await bot.state_is(room.id, SubscriberState.ACTIVE)


async def test_a_channel_that_removes_the_bot_comes_back_as_it_was(bot: Any) -> None:
    owner = bot.person()
    channel = bot.sandbox.channel(CHANNEL, "Tides", owner)
    await confirmed(bot, channel, owner)
    before = await bot.subscriber(CHANNEL)
    channel.remove_bot()
    await bot.state_is(CHANNEL, SubscriberState.UNREACHABLE)
    assert (await bot.subscriber(CHANNEL)).reason == "kicked"
    channel.add_bot()
    await bot.state_is(CHANNEL, SubscriberState.ACTIVE)
    assert await bot.subscriber(CHANNEL) == before


async def test_losing_the_right_to_post_makes_a_channel_unreachable_until_it_is_back(
    bot: Any,
) -> None:
    owner = bot.person()
    channel = bot.sandbox.channel(CHANNEL, "Tides", owner)
    await confirmed(bot, channel, owner)
    channel.promote_bot(can_post=False)
    await bot.state_is(CHANNEL, SubscriberState.UNREACHABLE)
    assert (await bot.subscriber(CHANNEL)).reason == "no_rights"
    channel.promote_bot(can_post=True)
    await bot.state_is(CHANNEL, SubscriberState.ACTIVE)


async def test_a_room_that_was_never_configured_is_forgotten_when_the_bot_goes(bot: Any) -> None:
    owner = bot.person()
    group = bot.sandbox.group(GROUP, "Rowers", owner)
    group.add_bot()
    await bot.state_is(GROUP, SubscriberState.PENDING)
    group.remove_bot()
    await bot.state_is(GROUP, None)


async def test_a_group_that_becomes_a_supergroup_keeps_its_subscription(bot: Any) -> None:
    owner = bot.person()
    group = bot.sandbox.group(GROUP, "Rowers", owner)
    await confirmed(bot, group, owner)
    before = await bot.subscriber(GROUP)
    group.migrate(-1009876543210)
    await bot.state_is(-1009876543210, SubscriberState.ACTIVE)
    after = await bot.subscriber(-1009876543210)
    assert (after.id, after.languages) == (before.id, before.languages)
    assert await bot.subscriber(GROUP) is None


async def test_stop_forgets_who_added_a_room_and_an_admin_may_take_over(bot: Any) -> None:
    owner, other = bot.person(), bot.person(22, "Omar")
    group = bot.sandbox.group(GROUP, "Rowers", owner)
    group.add_member(other, admin=True)
    await confirmed(bot, group, owner)
    assert "Rowers" in (await bot.ask(owner, "/stop")).text
    assert (await bot.subscriber(GROUP)).added_by == ""
    assert (await bot.subscriber(GROUP)).state is SubscriberState.ACTIVE
    card = await bot.ask(other, f"/start setup_{GROUP}")
    await other.press("Confirm", card)
    assert (await bot.subscriber(GROUP)).added_by == "22"


async def test_a_group_is_pointed_to_private_once_however_often_it_asks(bot: Any) -> None:
    owner = bot.person()
    group = bot.sandbox.group(GROUP, "Rowers", owner)
    await confirmed(bot, group, owner)
    for words in ("/language", "/help", "/stop@herald_sandbox_bot", "/help@another_bot", "/start"):
        owner.send(words, chat=group)
    await group.wait_for("An admin of this group")
    await bot.quiet(owner)
    assert len([m for m in group.messages if m.from_bot]) == 1
    assert (await bot.subscriber(GROUP)).state is SubscriberState.ACTIVE


async def test_a_hostile_title_stays_words(bot: Any) -> None:
    title = "<b>Tides</b> *[x](http://evil.example)*\n\u202e{title} & `ls`" + "\U0001f980" * 90
    owner = bot.person()
    start = await bot.ask(owner, "/start")
    bot.sandbox.channel(CHANNEL, title, owner).add_bot()
    card = await owner.chat.wait_for("<b>Tides</b>", after=start)
    assert "\u202e" not in card.text
    assert not [e for e in card.entities if e["type"] != "bold"]
    await owner.press("Confirm", card)
    assert (await bot.subscriber(CHANNEL)).state is SubscriberState.ACTIVE


async def test_a_channel_that_the_office_has_listed_by_its_name_is_that_one(bot: Any) -> None:
    owner = bot.person()
    channel = bot.sandbox.channel(CHANNEL, "Tides", owner)
    channel.username = "Tides_News"
    async with bot.database.write() as connection:
        await audience.subscribe(
            bot.database,
            connection,
            bot.clock.now(),
            transport="telegram",
            address="@tides_news",
            languages=("fr",),
            timezone="UTC",
            kind="channel",
        )
    channel.add_bot()
    await bot.state_is(CHANNEL, SubscriberState.ACTIVE)
    assert (await bot.subscriber(CHANNEL)).languages == ("fr",)
    async with bot.database.read() as connection:
        assert len(await audience.everyone(connection)) == 1
