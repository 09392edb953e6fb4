"""What must hold whatever people do; looked at after each step of a walk."""

from __future__ import annotations

import json
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.chat.allowance import AT_ONCE
from bot.releases import audit
from bot.sandbox.calls import Call
from bot.sandbox.keyboards import Keys
from bot.sandbox.room import Room
from bot.store import tables as t
from tests.properties.talk.deeds import Step
from tests.properties.talk.scene import BASE, MARK, STAFF, Scene, may

ENTITIES = {"bold", "italic", "code", "strikethrough", "text_link", "blockquote", "underline"}
"""Of which the bot makes its messages."""

# What an act in the audit log takes: a right, for each of the languages that it names if it is
# one that translators have for theirs. Of an act that is not here: to be one of the staff.
RIGHTS = {
    "import": "write",
    "approve": "approve",
    "picture described": "write",
    "picture added": "schedule",
    "picture removed": "schedule",
    "picture put first": "schedule",
    "accept observance": "schedule",
    "queue": "schedule",
    "publish": "schedule",
    "hold": "schedule",
    "correct": "schedule",
    "withdraw": "schedule",
    "cancel": "schedule",
    "resend": "schedule",
}
BY_ITSELF = {"published", "hold late"}
"""What the planner does, by what staff have decided before."""

LATELY = 5
"""Steps after which nothing happens any more of what somebody has done: some acts wait a moment."""

HAD_ENOUGH = {"search", "check"}
"""Commands of which nobody is answered more than so many at once."""


class Watch:
    """``logged`` is what the service logs. Every failed assertion ends the walk."""

    def __init__(self, scene: Scene, logged: list[Any]) -> None:
        self._scene = scene
        self._logged = logged
        self._read = 0
        self._published: set[str] = set()
        self._acts = 0
        self._releases: dict[str, str] = {}
        self._announced: Counter[tuple[int, str, str]] = Counter()
        self._may_be_late = 0
        self._lately: deque[set[int]] = deque(maxlen=LATELY)
        self._asked: Counter[tuple[int, str]] = Counter()
        self.problems: list[str] = []
        """What asyncio says of tasks that nobody has looked after."""
        self.dead: set[str] = set()
        """Processes that were killed: whatever their tasks say now, no dead process could say."""
        self.totals: Counter[str] = Counter()

    async def begin(self) -> None:
        """What there is before anybody has done anything is as it should be."""
        async with self._scene.process.database.read() as connection:
            self._acts = max((row.id for row in await _acts(connection, 0)), default=0)
            self._releases = await _releases(connection)

    async def die(self) -> None:
        """Kill the process. What it logs meanwhile does not count."""
        self.dead.add(self._scene.process.name)
        await self._scene.process.die()
        del self._logged[self._read :]

    async def look(self, step: Step, *, killed: bool) -> None:
        """``killed``: the process was, in the middle of this step."""
        async with self._scene.process.database.read() as connection:
            await self._look_at_acts(connection, step)
            await self._look_at_published(connection)
        calls = self._calls()
        for call in calls:
            self._look_at_call(call)
        self._look_at_answers(step, calls, killed=killed)
        self.look_at_log()

    async def end(self) -> None:
        """What can only be said of the whole."""
        async with self._scene.process.database.read() as connection:
            assert (await audit.verify(connection)).broken is None
            resent = Counter(row.slug for row in await _acts(connection, 0) if row.act == "resend")
        for (chat, url, text), times in self._announced.items():
            slug = next((slug for slug in resent if f"/{slug}" in url), "")
            assert times <= 1 + resent[slug], f"{times} times in {chat}: {text[:200]!r}"

    # --- who did what ----------------------------------------------------------------------------

    async def _look_at_acts(self, connection: AsyncConnection, step: Step) -> None:
        acts = await _acts(connection, self._acts)
        self._lately.append(step.actors)
        for act in acts:
            self._look_at_act(act)
            self._acts = act.id
        self.totals["acts"] += len(acts)
        touched = {act.slug for act in acts}
        releases = await _releases(connection)
        for slug, stored in releases.items():
            if stored != self._releases.get(slug):
                assert slug in touched, f"nobody is known to have changed {slug}"
        assert releases.keys() >= self._releases.keys(), "a release is gone"
        self._releases = releases
        self._scene.slugs[:] = list(releases)

    def _look_at_act(self, act: Row[Any]) -> None:
        if act.act in BY_ITSELF:
            assert not act.actor.startswith("telegram:"), act
            return
        who = int(act.actor.removeprefix("telegram:"))
        assert who in STAFF, f"{act.actor} is none of the staff: {act.act} {act.slug}"
        assert who in set().union(*self._lately), f"{act.actor} did nothing"
        right = RIGHTS.get(act.act, "view")
        languages = act.details.get("languages", []) if right in ("write", "approve") else []
        if act.act == "import":  # what did not change may be sent along by whoever writes another
            assert any(may(who, right, tag) for tag in languages), act
        else:
            assert all(may(who, right, tag) for tag in languages or [None]), act

    # --- what is out -----------------------------------------------------------------------------

    async def _look_at_published(self, connection: AsyncConnection) -> None:
        """Only what was approved, and after its embargo."""
        now = self._scene.clock.now()
        p, v, r = t.published, t.published_variant, t.release
        rows = await connection.execute(
            select(p, v.c.language, v.c.headline, v.c.subhead, v.c.body, r.c.embargo_at)
            .join(v, v.c.published_id == p.c.id)
            .join(r, r.c.id == p.c.release_id)
        )
        approved = defaultdict(set)
        for kept in await connection.execute(select(t.version)):
            approved[kept.release_id, kept.language].add(kept.body)
        for row in rows:
            assert row.embargo_at is None or row.embargo_at <= now, f"{row.slug} is embargoed"
            if row.withdrawn_at is None and row.year is None:
                known = approved[row.release_id, row.language]
                assert row.body in known, f"{row.slug} in {row.language} was never approved"
            self._published |= _marks(str(tuple(row)))
        for row in await connection.execute(select(t.correction)):
            self._published |= _marks(str(tuple(row)))
        for row in await connection.execute(select(t.published_picture.c.digest)):
            self._published |= _marks(str(tuple(row)))

    # --- what is said ----------------------------------------------------------------------------

    def _calls(self) -> list[Call]:
        calls = list(self._scene.sandbox.calls)
        self._scene.sandbox.calls.clear()
        return calls

    def _look_at_call(self, call: Call) -> None:
        self.totals["calls"] += 1
        values = call.params
        assert "parse_mode" not in values, f"a parse mode in {call}"
        if call.status != 200:
            self._look_at_refusal(call)
        chat, text = values.get("chat_id"), _said(values)
        if not isinstance(chat, int) or call.method in ("getChatMember", "setMyCommands"):
            return
        for mark in _marks(text):
            assert self._may_read(chat, mark), f"{mark} is not for {chat}: {text[:300]!r}"
        for entity in _entities(values):
            assert entity["type"] in ENTITIES, f"{entity} in {text[:300]!r}"
        for url in _addresses(values):
            assert self._may_link(url), f"a link to {url} in {chat}: {text[:300]!r}"
        if call.status == 200 and call.method.startswith("send"):
            self._note_announcement(chat, values, text)

    def _look_at_refusal(self, call: Call) -> None:
        """Refusals that are nobody's fault; every other one is the bot's."""
        said, scene = call.refusal, self._scene
        chat = scene.sandbox.chats.get(call.params.get("chat_id", 0))
        if call.status == 403:
            return  # blocked, never started, kicked: nobody can know before
        if "message is not modified" in said:
            return
        if call.method == "getUpdates" and "other getUpdates" in said:
            return  # what the process asked that was killed
        if call.method == "setMyCommands" and "chat not found" in said:
            return  # of staff who have not met the bot yet
        if "query is too old" in said:
            assert self._may_be_late > 0, "a query was answered twice"
            self._may_be_late -= 1
            return
        if "message to edit not found" in said:
            where = call.params["chat_id"], call.params["message_id"]
            assert where in scene.deleted, f"{call} of a message that never was"
            return
        if "no text in the message to edit" in said:
            return  # a button forged for a photo
        if isinstance(chat, Room):
            if "upgraded to a supergroup" in said and chat.migrated_to is not None:
                return
            if "need administrator rights" in said and not chat.standing.can_post:
                return
        raise AssertionError(f"refused: {call.method} {said}: {str(dict(call.params))[:600]}")

    def _may_read(self, chat: int, mark: str) -> bool:
        scene = self._scene
        if mark in scene.names:  # staff know each other by name
            return scene.names[mark] == chat or {scene.names[mark], chat} <= STAFF.keys()
        if mark in scene.titles:
            room = scene.titles[mark]
            return chat in STAFF or chat == room.id or chat in room.members
        writers = scene.wrote.get(mark, set())
        if chat in writers or mark in self._published:
            return True
        if chat in STAFF:
            return bool(writers & STAFF.keys())
        room = scene.sandbox.chats.get(chat)
        return isinstance(room, Room) and bool(writers & room.members.keys())

    def _may_link(self, url: str) -> bool:
        """To the site, to the bot, or where a release of staff leads."""
        if url.startswith((BASE, "https://t.me/", "https://docs.un.org/")):
            return True
        marks = _marks(url)
        if not marks:
            return url == "https://port.example.org"
        return all(self._scene.wrote[mark] & STAFF.keys() for mark in marks)

    def _note_announcement(self, chat: int, values: Mapping[str, Any], text: str) -> None:
        """Previews for staff look the same, and what was checked begins with other words."""
        urls = [url for url in _addresses(values) if "/releases/" in url]
        first = text.partition("\n")[0]
        if urls and chat not in STAFF and _marks(first):
            self._announced[chat, urls[-1], text] += 1
            self.totals["announced"] += 1

    # --- answers ---------------------------------------------------------------------------------

    def _look_at_answers(self, step: Step, calls: Sequence[Call], *, killed: bool) -> None:
        self.totals["presses"] += len(step.pressed)
        for pressed in step.pressed:
            assert pressed.answer.done(), f"{pressed.person.id} waits: {pressed.data!r}"
            for mark in _marks(pressed.answer.result().text):
                assert self._may_read(pressed.person.id, mark), pressed
        said = Counter(
            call.params["chat_id"]
            for call in calls
            if call.status == 200 and call.method.startswith(("sendMessage", "sendPhoto"))
        )
        asked = Counter[int]()
        for who, name in step.asked:
            self._asked[who, name] += 1
            tired = name in HAD_ENOUGH and self._asked[who, name] > AT_ONCE
            if not tired and not killed and who not in step.away:
                asked[who] += 1
        if step.is_again:
            again = {who for who in said if who not in STAFF}  # who may be told things meanwhile
            assert not again, f"{again} were answered twice"
        self.totals["asked"] += len(step.asked)
        for who, count in asked.items():
            assert said[who] >= count, f"{who} got {said[who]} answers: {step.asked}"

    def expects(self, step: Step, *, restarted: bool) -> None:
        """Note how many answers to buttons may come too late, before anything is looked at.

        What a process has answered, and not confirmed to Telegram by its end, comes again.
        """
        self._may_be_late += step.is_again + (len(step.pressed) if restarted else 0)

    def look_at_log(self) -> None:
        assert not self.problems, self.problems
        entries, self._read = self._logged[self._read :], len(self._logged)
        for entry in entries:
            self.totals[entry["log_level"]] += 1
            assert entry["log_level"] not in ("error", "critical"), entry
            assert "exc_info" not in entry, entry


async def _acts(connection: AsyncConnection, after: int) -> Sequence[Row[Any]]:
    query = select(t.audit).where(t.audit.c.id > after).order_by(t.audit.c.id)
    return (await connection.execute(query)).all()


async def _releases(connection: AsyncConnection) -> dict[str, str]:
    """All that is stored of each release, by its slug."""
    parts: dict[int, list[str]] = defaultdict(list)
    for table in (t.variant, t.observance, t.picture):
        wanted = [c for c in table.c if c.name not in ("filled_until", "data", "changed_at")]
        for row in await connection.execute(select(*wanted).order_by(*table.primary_key)):
            parts[row.release_id].append(str(tuple(row)))
    rows = (await connection.execute(select(t.release))).all()
    return {row.slug: "\n".join((str(tuple(row)), *parts[row.id])) for row in rows}


def _marks(text: str) -> set[str]:
    return set(MARK.findall(text.lower()))


def _said(values: Mapping[str, Any]) -> str:
    """Everything in a call that somebody can read."""
    parts = [values.get("text", ""), values.get("caption", "")]
    media = values.get("media")
    parts.append(media.get("caption", "") if isinstance(media, dict) else "")
    parts += [button["text"] for button in _buttons(values)]
    return "\n".join(parts)


def _buttons(values: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    keyboard = values.get("reply_markup") or {}
    if isinstance(keyboard, Keys):  # in the place of the letters, below the chat
        return [{"text": key.label} for row in keyboard.rows for key in row]
    return [button for row in keyboard.get("inline_keyboard", ()) for button in row]


def _entities(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    media = values.get("media")
    for holder in (values, media if isinstance(media, dict) else {}):
        for name in ("entities", "caption_entities"):
            given = holder.get(name) or []
            found += json.loads(given) if isinstance(given, str) else given
    return found


def _addresses(values: Mapping[str, Any]) -> list[str]:
    """Where a press or a tap leads."""
    linked = [entity["url"] for entity in _entities(values) if "url" in entity]
    return linked + [button["url"] for button in _buttons(values) if "url" in button]
