"""How a group or channel gets what is announced: its topic, what is pinned, how many posts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.audience.subscriber import SubscriberState
from bot.delivery import lines
from bot.releases.correction import Kind
from bot.releases.release import Variant
from bot.releases.review import OPERATOR
from bot.sandbox import Fault
from translations.catalogs import catalog_for

ON_ONE = pytest.mark.parametrize("backend", ["sqlite"])

CHANNEL, GROUP, FORUM = -1001234567890, -4321, -1009876543210
PAGE = "http://news.example.org/{}/releases/harbour"

EN = Variant(language="en", headline="The harbour opens", body="Ships may come.")
FR = Variant(language="fr", headline="Le port ouvre", body="Les navires arrivent.")
RU = Variant(language="ru", headline="Порт открыт", body="Суда приходят.")
AR = Variant(language="ar", headline="افتتاح الميناء", body="يمكن للسفن أن تأتي.")


def in_languages(*variants: Variant) -> dict[str, Any]:
    return {"slug": "harbour", "variants": {v.language: v for v in variants}}


async def room_of(bot: Any, owner: Any, room: Any, *languages: str, **rights: Any) -> Any:
    """Add the bot there and choose languages; returns the card, not confirmed yet."""
    start = await bot.ask(owner, "/start")
    room.add_bot(**rights)
    card = await owner.chat.wait_for(room.title, after=start)
    await owner.press("Languages", card)
    for language in languages:
        await owner.press(language, card)
    return card


async def set_up(bot: Any, owner: Any, room: Any, *languages: str, press: Any = (), **rights: Any):
    """The same with these buttons of the view “Posts” pressed, and confirmed."""
    card = await room_of(bot, owner, room, *languages, **rights)
    await owner.press("All settings", card)
    await owner.press("Posts", card)
    for button in press:
        await owner.press(button, card)
    await owner.press("Confirm", card)
    assert (await bot.subscriber(room.id)).state is SubscriberState.ACTIVE
    return card


def posts(room: Any) -> list[Any]:
    return [message for message in room.messages if message.from_bot]


def links(message: Any) -> list[tuple[str, str]]:
    return [(button.label, button.url) for button in message.buttons]


async def outcomes(bot: Any) -> list[tuple[str, str, str, str]]:
    """Of what was not sent to people: address, language, state, reason."""
    async with bot.database.read() as connection:
        entries = await lines.entries(connection)
    return sorted(
        (e.address, e.language, e.state, e.reason)
        for e in entries
        if e.address is not None and e.address.startswith("-")
    )


# --- topics --------------------------------------------------------------------------------------


async def test_in_a_forum_its_admin_says_where_in_the_topic_itself(
    bot: Any, publish_harbour: Any
) -> None:
    owner, other = bot.person(), bot.person(22, "Omar")
    forum = bot.sandbox.group(FORUM, "Rowers", owner, forum=True)
    forum.add_member(other, admin=True)
    news, boats = forum.topic("News"), forum.topic("Boats")
    start = await bot.ask(owner, "/start")
    forum.add_bot()
    card = await owner.chat.wait_for("Write /here in the topic", after=start)
    owner.send("/here", chat=forum, thread_id=news)
    told = await forum.wait_for("once that is confirmed in private")
    assert told.thread_id == news
    await owner.press("Confirm", card)
    assert "“Rowers › News” gets our press releases." in card.text

    other.send("/here", chat=forum, thread_id=boats)
    hint = await forum.wait_for("An admin of this group chooses in private", after=told)
    assert hint.thread_id == boats
    await publish_harbour(bot)
    await bot.deliver()
    assert posts(forum)[-1].thread_id == news

    owner.send("/here@herald_sandbox_bot", chat=forum, thread_id=boats)
    await forum.wait_for("Our releases appear here from now on.")
    await publish_harbour(bot, slug="harbour-2")
    await bot.deliver()
    assert posts(forum)[-1].thread_id == boats
    listed = await bot.ask(owner, "/channels")
    assert "“Rowers › Boats”: active" in listed.text
    await owner.press("Rowers › Boats", listed)
    await owner.press("Posts", listed)
    assert "They appear in one topic." in listed.text
    forum.remove_bot()
    await owner.chat.wait_for("I am not in “Rowers › Boats” any more")
    assert (await bot.subscriber(f"{FORUM}/{boats}")).reason == "kicked"


@ON_ONE
async def test_an_old_card_still_leads_to_the_room_that_has_moved_to_a_topic(bot: Any) -> None:
    owner = bot.person()
    forum = bot.sandbox.group(FORUM, "Rowers", owner, forum=True)
    news = forum.topic("News")
    card = await room_of(bot, owner, forum)
    owner.send("/here", chat=forum, thread_id=news)
    await forum.wait_for("once that is confirmed")
    await owner.press("Français", card)
    assert (await bot.subscriber(f"{FORUM}/{news}")).languages == ("en", "fr")
    owner.send("/here", chat=forum)
    general = await forum.wait_for("once that is confirmed", after=forum.last)
    assert general.thread_id is None
    assert (await bot.subscriber(FORUM)).languages == ("en", "fr")


@ON_ONE
async def test_a_topic_that_was_closed_is_told_of_once_and_forgotten_when_it_goes_on(
    bot: Any, publish_harbour: Any
) -> None:
    owner = bot.person()
    forum = bot.sandbox.group(FORUM, "Rowers", owner, forum=True)
    news, boats = forum.topic("News"), forum.topic("Boats")
    card = await room_of(bot, owner, forum)
    owner.send("/here", chat=forum, thread_id=news)
    await forum.wait_for("once that is confirmed")
    await owner.press("Confirm", card)
    forum.close_topic(news)
    for n in range(2):
        await publish_harbour(bot, slug=f"harbour-{n}")
        await bot.deliver()
    await owner.chat.wait_for("“Rowers › News”, is closed or gone")
    owner.send("/here", chat=forum, thread_id=boats)
    await forum.wait_for("Our releases appear here from now on.")
    await publish_harbour(bot, slug="harbour-3")
    await bot.deliver()
    assert posts(forum)[-1].thread_id == boats
    said = await bot.quiet(owner)
    assert sum("closed or gone" in message.text for message in said) == 1


# --- pins ----------------------------------------------------------------------------------------


async def test_each_announcement_is_pinned_in_the_place_of_the_one_before(
    bot: Any, publish_harbour: Any
) -> None:
    owner = bot.person()
    channel = bot.sandbox.channel(CHANNEL, "Tides", owner)
    card = await set_up(bot, owner, channel, press=["Pin each one"])
    assert "Each release is pinned." in card.text
    own = channel.post(owner, text="Our rules")
    own.pinned = True
    await publish_harbour(bot, slug="first")
    await bot.deliver()
    (first,) = posts(channel)
    assert first.pinned
    await publish_harbour(bot, slug="second")
    await bot.deliver()
    second = posts(channel)[-1]
    assert (first.pinned, second.pinned, own.pinned) == (False, True, True)
    calls = [c for c in bot.sandbox.calls if c.method == "pinChatMessage"]
    assert all(c.params["disable_notification"] for c in calls)

    listed = await bot.ask(owner, "/channels")
    await owner.press("Tides", listed)
    await owner.press("Posts", listed)
    await owner.press("Do not pin them", listed)
    assert "They are not pinned." in listed.text
    await publish_harbour(bot, slug="third")
    await bot.deliver()
    assert [m.pinned for m in posts(channel)] == [False, True, False]


@ON_ONE
async def test_without_the_right_it_says_so_on_the_card_and_once_afterwards(
    bot: Any, publish_harbour: Any
) -> None:
    owner = bot.person()
    group = bot.sandbox.group(GROUP, "Rowers", owner)
    card = await room_of(bot, owner, group, admin=True)
    await owner.press("All settings", card)
    await owner.press("Posts", card)
    await owner.press("Pin each one", card)
    missing = "Give me the right to pin messages there."
    assert missing in card.text
    await owner.press("Confirm", card)
    for n in range(2):
        await publish_harbour(bot, slug=f"harbour-{n}")
        await bot.deliver()
    assert {state for _, _, state, _ in await outcomes(bot)} == {"sent"}
    told = await owner.chat.wait_for(missing, after=card)
    said = await bot.quiet(owner)
    assert [m for m in said if missing in m.text] == [told], "once, however many are sent"
    await owner.press("Posts", told)
    assert "Each release is pinned." in told.text

    group.promote_bot(can_pin=True)
    await bot.quiet(owner)
    await publish_harbour(bot, slug="harbour-3")
    await bot.deliver()
    assert posts(group)[-1].pinned
    group.promote_bot(can_pin=False)
    await publish_harbour(bot, slug="harbour-4")
    await bot.deliver()
    again = await owner.chat.wait_for(missing, after=said[-1])
    assert again is not told, "lost again, it is told again"


@ON_ONE
async def test_a_pin_whose_answer_is_lost_is_made_again(bot: Any, publish_harbour: Any) -> None:
    owner = bot.person()
    channel = bot.sandbox.channel(CHANNEL, "Tides", owner)
    await set_up(bot, owner, channel, press=["Pin each one"])
    bot.sandbox.faults.add(Fault("reset_before", method="pinChatMessage"))
    await publish_harbour(bot, slug="harbour")
    await bot.deliver()
    assert not posts(channel)[0].pinned
    bot.clock.set(bot.clock.now() + timedelta(minutes=1))
    await bot.deliver()
    assert posts(channel)[0].pinned


# --- losing a room -------------------------------------------------------------------------------


async def test_whoever_looks_after_a_channel_is_told_once_when_it_is_lost(bot: Any) -> None:
    owner, other = bot.person(), bot.person(22, "Omar")
    channel = bot.sandbox.channel(CHANNEL, "Tides", owner)
    channel.add_member(other, admin=True)
    await set_up(bot, owner, channel)
    channel.promote_bot(by=other, can_post=False)
    lost = await owner.chat.wait_for("I may not post in “Tides” any more")
    channel.promote_bot(by=other, can_post=True)
    await bot.state_is(CHANNEL, "active")
    channel.remove_bot(by=other)
    gone = await owner.chat.wait_for("I am not in “Tides” any more", after=lost)
    said = await bot.quiet(owner)
    assert [m for m in said if "any more" in m.text] == [lost, gone]
    assert not [m for m in other.chat.messages if m.from_bot]


@ON_ONE
async def test_a_loss_that_only_sending_shows_is_told_too(bot: Any, publish_harbour: Any) -> None:
    owner = bot.person(language="ru")
    channel = bot.sandbox.channel(CHANNEL, "Морские вести", owner)
    start = await bot.ask(owner, "/start")
    channel.add_bot()
    card = await owner.chat.wait_for("Морские вести", after=start)
    await owner.press(catalog_for("ru").gettext("Confirm"), card)
    channel.standing = replace(channel.standing, status="kicked")  # and no update ever came
    await publish_harbour(bot, slug="harbour")
    await bot.deliver()
    ru = catalog_for("ru")
    words = ru.gettext(
        "I am not in “{title}” any more, and it gets no more releases. Add me again, and it goes "
        "on as it was.",
        title="Морские вести",
    )
    await owner.chat.wait_for(words, after=card)


# --- several languages ---------------------------------------------------------------------------


async def test_one_post_leads_to_the_other_languages_by_buttons(
    bot: Any, publish_harbour: Any
) -> None:
    owner = bot.person()
    channel = bot.sandbox.channel(CHANNEL, "Tides", owner)
    card = await set_up(
        bot,
        owner,
        channel,
        "Français",
        "العربية",
        press=["One post, with buttons to the other languages"],
    )
    assert "with buttons that lead to it in the others" in card.text
    await publish_harbour(bot, **in_languages(EN, FR, RU))
    await bot.deliver()
    (post,) = posts(channel)
    assert post.text.startswith("The harbour opens")
    assert links(post) == [
        ("Read the full release", PAGE.format("en")),
        ("Français", PAGE.format("fr")),
    ]
    # A translation that comes later is one button more, and rings nobody.
    release = await bot.release("harbour")
    await bot.desk.file(OPERATOR, replace(release, variants={**release.variants, "ar": AR}))
    await bot.desk.approve(OPERATOR, "harbour", ["ar"])
    await bot.deliver()
    (post,) = posts(channel)
    assert post.text.startswith("The harbour opens")
    assert links(post)[1:] == [("Français", PAGE.format("fr")), ("العربية", PAGE.format("ar"))]
    # And so it stays when it is corrected.
    changed = replace(EN, body="Boats may come.")
    draft = await bot.release("harbour")
    draft = replace(draft, variants={**draft.variants, "en": changed})
    await bot.desk.correct(OPERATOR, "harbour", Kind.TYPO, {}, draft)
    await bot.deliver()
    (post,) = posts(channel)
    assert "Boats may come." in post.text
    assert len(links(post)) == 3


async def test_a_post_in_each_language_is_a_delivery_of_its_own(
    bot: Any, publish_harbour: Any
) -> None:
    owner = bot.person()
    channel = bot.sandbox.channel(CHANNEL, "Tides", owner)
    card = await set_up(
        bot,
        owner,
        channel,
        "Français",
        "العربية",
        press=["A post in each language", "Pin each one"],
    )
    assert "a post in each of these languages" in card.text
    await publish_harbour(bot, **in_languages(EN, FR, RU))
    await bot.deliver()
    english, french = posts(channel)
    assert (english.text[:11], french.text[:7]) == ("The harbour", "Le port")
    assert (english.pinned, french.pinned) == (True, False), "the first is the one that is pinned"
    assert await outcomes(bot) == [
        (str(CHANNEL), "en", "sent", ""),
        (f"{CHANNEL}+fr", "fr", "sent", ""),
    ]
    # Arabic comes later, as a post of its own.
    release = await bot.release("harbour")
    await bot.desk.file(OPERATOR, replace(release, variants={**release.variants, "ar": AR}))
    await bot.desk.approve(OPERATOR, "harbour", ["ar"])
    await bot.deliver()
    arabic = posts(channel)[-1]
    assert "افتتاح الميناء" in arabic.text
    assert len(posts(channel)) == 3
    # A correction of one language changes that post, and tells of it there alone.
    draft = await bot.release("harbour")
    changed = replace(FR, body="Les bateaux arrivent.")
    draft = replace(draft, variants={**draft.variants, "fr": changed})
    await bot.desk.correct(OPERATOR, "harbour", Kind.CORRECTION, {"fr": "Des bateaux."}, draft)
    await bot.deliver()
    assert "Les bateaux arrivent." in french.text
    assert english.edited is None
    assert posts(channel)[-1].reply_to is french
    assert len(posts(channel)) == 4
    # A withdrawal reaches each in its own words.
    await bot.desk.withdraw(OPERATOR, "harbour", {"en": "Never said.", "fr": "Jamais dit."})
    await bot.deliver()
    assert "Never said." in english.text
    assert "Jamais dit." in french.text


@ON_ONE
async def test_each_post_of_a_room_is_of_what_the_room_wants_and_as_quiet(
    bot: Any, publish_harbour: Any
) -> None:
    owner = bot.person()
    channel = bot.sandbox.channel(CHANNEL, "Tides", owner)
    await set_up(bot, owner, channel, "Français", press=["A post in each language", "Pin each one"])
    listed = await bot.ask(owner, "/channels")
    await owner.press("Tides", listed)
    settings = listed.text
    for line in ("Quiet hours: switched off", "Each release is a post in each", "is pinned"):
        assert line in settings
    await owner.press("Quiet hours", listed)
    await owner.press(f"quiet:{CHANNEL}:22.00-07.00", listed)
    bot.clock.set(bot.clock.now().replace(hour=23))  # in Paris it is past midnight
    await publish_harbour(bot, **in_languages(EN, FR))
    await bot.deliver()
    assert [message.silent for message in posts(channel)] == [True, True]

    await owner.press("All settings", listed)
    await owner.press("What is announced", listed)
    await owner.press("Anniversaries only", listed)
    await publish_harbour(bot, **in_languages(EN, FR) | {"slug": "harbour-2"})
    await bot.deliver()
    assert len(posts(channel)) == 2, "a new release is for neither of them"


@ON_ONE
async def test_a_post_that_is_refused_says_nothing_of_the_other(
    bot: Any, publish_harbour: Any
) -> None:
    owner = bot.person()
    channel = bot.sandbox.channel(CHANNEL, "Tides", owner)
    await set_up(bot, owner, channel, "Français", press=["A post in each language"])
    await publish_harbour(bot, **in_languages(EN, FR))
    bot.sandbox.faults.add(Fault("reset_after", chat_id=CHANNEL))
    await bot.deliver()
    states = {language: state for _, language, state, _ in await outcomes(bot)}
    assert sorted(states.values()) == ["sent", "unknown"]
    assert len(posts(channel)) == 2


@ON_ONE
async def test_where_it_is_in_none_of_them_there_is_one_post(
    bot: Any, publish_harbour: Any
) -> None:
    owner = bot.person()
    channel = bot.sandbox.channel(CHANNEL, "Tides", owner)
    await set_up(bot, owner, channel, "Français", "العربية", press=["A post in each language"])
    await publish_harbour(bot, slug="harbour", original="ru", variants={"ru": RU})
    await bot.deliver()
    (only,) = posts(channel)
    assert "Порт открыт" in only.text
    assert "zxx" not in only.text
    release = await bot.release("harbour")
    await bot.desk.file(OPERATOR, replace(release, variants={**release.variants, "ar": AR}))
    await bot.desk.approve(OPERATOR, "harbour", ["ar"])
    await bot.deliver()
    assert "افتتاح الميناء" in posts(channel)[-1].text
    assert len(posts(channel)) == 2


@ON_ONE
async def test_choosing_one_post_again_ends_the_others_and_keeps_what_was_sent_right(
    bot: Any, publish_harbour: Any
) -> None:
    owner = bot.person()
    channel = bot.sandbox.channel(CHANNEL, "Tides", owner)
    await set_up(bot, owner, channel, "Français", press=["A post in each language"])
    await publish_harbour(bot, **in_languages(EN, FR))
    await bot.deliver()
    french = posts(channel)[-1]
    listed = await bot.ask(owner, "/channels")
    assert listed.text.count("Tides") == 1, "a room is one, however many posts it gets"
    await owner.press("Tides", listed)
    await owner.press("Posts", listed)
    await owner.press("One post", listed)
    await publish_harbour(bot, **in_languages(EN, FR) | {"slug": "harbour-2"})
    await bot.deliver()
    assert len(posts(channel)) == 3
    draft = await bot.release("harbour")
    changed = replace(FR, body="Les bateaux arrivent.")
    draft = replace(draft, variants={**draft.variants, "fr": changed})
    await bot.desk.correct(OPERATOR, "harbour", Kind.TYPO, {}, draft)
    await bot.deliver()
    assert "Les bateaux arrivent." in french.text
    data = await bot.ask(owner, "/mydata")
    assert data.text.count("You added me to “Tides”.") == 1


@ON_ONE
async def test_only_who_looks_after_a_room_chooses_its_posts(bot: Any) -> None:
    owner, other = bot.person(), bot.person(22, "Omar")
    channel = bot.sandbox.channel(CHANNEL, "Tides", owner)
    channel.add_member(other, admin=True)
    await set_up(bot, owner, channel, "Français")
    message = await bot.ask(other, "/privacy")
    for data in (f"pin:{CHANNEL}:+", f"posts:{CHANNEL}:each", f"open:{CHANNEL}:p"):
        answer = await bot.sandbox.chats.queries.open(other, message, data)
        assert "Only the admin" in answer.text
    mine = await bot.ask(owner, "/privacy")
    for data in ("pin:0:+", "posts:0:each", "open:0:p", f"posts:{CHANNEL}:many", "pin:x:+"):
        answer = await bot.sandbox.chats.queries.open(owner, mine, data)
        assert "out of date" in answer.text, data
    known = await bot.subscriber(CHANNEL)
    assert (known.pin, known.posts) == (False, "best")


@ON_ONE
async def test_in_arabic(bot: Any, publish_harbour: Any) -> None:
    owner, ar = bot.person(language="ar"), catalog_for("ar")
    channel = bot.sandbox.channel(CHANNEL, "أخبار البحر", owner)
    start = await bot.ask(owner, "/start")
    channel.add_bot()
    card = await owner.chat.wait_for("أخبار البحر", after=start)
    await owner.press(ar.gettext("Languages"), card)
    await owner.press("Français", card)
    await owner.press(ar.gettext("All settings"), card)
    await owner.press(ar.gettext("Posts"), card)
    await owner.press(ar.gettext("A post in each language"), card)
    assert (
        ar.gettext("Each release is a post in each of these languages that it is in.") in card.text
    )
    await owner.press(ar.gettext("Confirm"), card)
    await publish_harbour(bot, **in_languages(EN, FR, AR))
    await bot.deliver()
    arabic, french = posts(channel)
    assert "افتتاح الميناء" in arabic.text
    assert "Le port ouvre" in french.text
