"""A channel's @name and its number are one chat: it gets an announcement once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.audience import names
from bot.audience import repository as audience
from bot.audience.repository import Wish
from bot.audience.subscriber import SubscriberState
from bot.releases.review import OPERATOR
from bot.sandbox.room import Room

if TYPE_CHECKING:
    from tests.bot.delivery.conftest import Office

pytestmark = pytest.mark.parametrize("backend", ["sqlite"])

NUMBER = -1000000000051
WISH = Wish(transport="telegram", address="@example_news", languages=("en",), timezone="UTC")


def _channel(office: Office) -> Room:
    channel = office.sandbox.channel(NUMBER, "News", office.sandbox.person(9, "Owner"))
    channel.username = "Example_News"
    channel.add_bot()
    return channel


async def _import(office: Office, *wishes: Wish) -> None:
    """As a list that is read in again and again."""
    async with office.database.write() as connection:
        found = await names.by_number(connection, wishes)
        await audience.subscribe_all(office.database, connection, office.clock.now(), found)


async def _announce(office: Office, slug: str) -> None:
    await office.later(minutes=1)
    await office.release(slug)
    await office.desk.publish(OPERATOR, slug)
    await office.run()
    await office.later(seconds=5)


async def _known(office: Office) -> dict[str, str]:
    async with office.database.read() as connection:
        return {one.address: one.reason for one in await audience.everyone(connection)}


async def test_who_is_listed_by_name_is_known_by_number_from_the_first_message_on(
    office: Office,
) -> None:
    channel = _channel(office)
    await _import(office, WISH)
    await _announce(office, "lighthouse")
    assert await _known(office) == {str(NUMBER): ""}
    await _import(office, WISH)
    assert await _known(office) == {str(NUMBER): ""}
    channel.username = "renamed_news"
    await _announce(office, "foghorn")
    assert [text.split("\n")[0] for text in office.texts(NUMBER)] == ["Lighthouse news in en"] * 2


async def test_a_second_subscription_of_the_same_chat_goes_out_of_use(office: Office) -> None:
    _channel(office)
    by_number = Wish(transport="telegram", address=str(NUMBER), languages=("en",), timezone="UTC")
    await _import(office, WISH, by_number)
    await _announce(office, "lighthouse")
    assert len(office.texts(NUMBER)) == 2  # nobody knew yet
    assert await _known(office) == {"@example_news": names.TWICE, str(NUMBER): ""}
    await _announce(office, "foghorn")
    assert len(office.texts(NUMBER)) == 3
    async with office.database.read() as connection:
        kept = await audience.find(connection, "telegram", str(NUMBER))
    assert kept is not None
    assert kept.state is SubscriberState.ACTIVE
