"""A walk: people do things at random, the bot is restarted and killed, and all is watched."""

from __future__ import annotations

import asyncio
import random
from typing import Any

from structlog.testing import capture_logs

from bot.clock import FixedClock
from bot.sandbox import Sandbox
from bot.settings import Settings
from tests.properties.talk import scene as scenery
from tests.properties.talk.deeds import Deeds, Step
from tests.properties.talk.process import watch_tasks
from tests.properties.talk.scene import Scene
from tests.properties.talk.watch import Watch

AT_ONCE = (1, 1, 2, 3, 5, 8)
"""Deeds in a step."""

TOLD = 40
"""Lines of what happened before a walk failed."""


async def walk(seed: int, steps: int, url: str) -> str:
    """Walk on an empty database; returns how much has happened.

    Raises ``AssertionError``, with what was done before, where something is not as it must be.
    """
    chance = random.Random(seed)
    watch_tasks()
    clock = FixedClock(scenery.NOW)
    with capture_logs() as logged:
        async with Sandbox(rates=None, clock=clock) as sandbox:
            scene = Scene(
                seed=seed,
                url=url,
                sandbox=sandbox,
                clock=clock,
                settings=_settings(chance, sandbox),
                chance=chance,
            )
            watch = Watch(scene, logged)
            _listen(watch)
            try:
                await scene.begin()
                await watch.begin()
                deeds = Deeds(scene)
                for _ in range(steps):
                    await _step(scene, deeds, watch)
                await watch.end()
            except Exception as error:
                story = "\n".join(scene.story[-TOLD:])
                raise AssertionError(f"seed {seed}: {error}\n{story}") from error
            finally:
                await watch.die()
    return f"seed {seed}: " + ", ".join(f"{n} {what}" for what, n in sorted(watch.totals.items()))


def _settings(chance: random.Random, sandbox: Sandbox) -> Settings:
    return Settings(
        telegram_token=sandbox.token,
        telegram_api_url=sandbox.url,
        base_url=scenery.BASE,
        languages=",".join(scenery.LANGUAGES),
        timezone="Europe/Paris",
        rate_per_second=1000,
        staff=",".join(
            f"{number}:{role.name}" + (f":{role.language}" if role.language else "")
            for number, role in scenery.STAFF.items()
        ),
        issuer={"names": {"en": "Harbour Office"}},
        four_eyes=chance.random() < 0.3,
        completeness=chance.choice(("hold", "publish_ready", "fallback")),
        required_languages=chance.choice(("", "en", "en,fr")),
    )


def _listen(watch: Watch) -> None:
    def heard(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        of = context.get("future") or context.get("task")
        if not isinstance(of, asyncio.Task) or of.get_name() not in watch.dead:
            watch.problems.append(f"{context.get('message')}: {context.get('exception')!r}")

    asyncio.get_running_loop().set_exception_handler(heard)


async def _step(scene: Scene, deeds: Deeds, watch: Watch) -> None:
    if scene.chance.random() < 0.08:
        await _again(scene, watch)
    step = Step()
    deeds.time()
    for _ in range(scene.chance.choice(AT_ONCE)):
        deeds.something(step)
    restarted = scene.chance.random() < 0.06
    killed = restarted and scene.chance.random() < 0.6
    if restarted:
        await _interrupt(scene, watch, killed=killed)
    watch.expects(step, restarted=restarted)
    await scene.process.settled()
    await watch.look(step, killed=killed)


async def _again(scene: Scene, watch: Watch) -> None:
    """Telegram gives an update that was seen to once more, and nothing else happens."""
    scene.sandbox.updates.repeat()
    scene.tell("the last update comes again")
    step = Step(is_again=True)
    watch.expects(step, restarted=False)
    await scene.process.settled()
    await watch.look(step, killed=False)


async def _interrupt(scene: Scene, watch: Watch, *, killed: bool) -> None:
    """In the middle of whatever the step has begun."""
    scene.process.look()
    moment = scene.chance.random() ** 2 * 0.1
    scene.tell(f"the bot is {'killed' if killed else 'stopped'} after {moment:.3f} s")
    await asyncio.sleep(moment)
    watch.totals["killed" if killed else "stopped"] += 1
    if killed:
        watch.look_at_log()
        await watch.die()
    else:
        await scene.process.end()
    await scene.start_anew()
