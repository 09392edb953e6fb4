"""Links that open the bot in Telegram, and their QR codes. Pure.

https://core.telegram.org/api/links (bot links) – rights are asked for, and may be refused.
"""

from __future__ import annotations

import io

from bot.audience.invitation import payload

RIGHTS = "post_messages"
"""All that a channel's administrator needs to grant: what the bot posted it may edit."""


def to_person(bot: str, language: str, topic: str = "", source: str = "web") -> str:
    """``bot`` is its own address, https://t.me/NAME; ``source`` is where the link stands."""
    return f"{bot}?start={payload(language, topic, source)}"


def to_group(bot: str, language: str) -> str:
    return f"{bot}?startgroup={payload(language, source='web')}"


def to_channel(bot: str) -> str:
    """Telegram hands on nothing of ours when a channel is chosen."""
    return f"{bot}?startchannel&admin={RIGHTS}"


def qr_code(link: str) -> bytes:
    """An SVG without a size of its own: dark on light in every colour scheme, so that it can be
    read; a quarter of it may be hidden."""
    import segno

    drawn = io.BytesIO()
    segno.make(link, error="q", micro=False).save(
        drawn, kind="svg", omitsize=True, border=4, dark="#000", light="#fff", xmldecl=False
    )
    return drawn.getvalue()
