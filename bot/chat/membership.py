"""What Telegram says about somebody's standing in a chat, and what it means. Pure."""

from __future__ import annotations

from typing import Literal

from telegram import (
    ChatMember,
    ChatMemberAdministrator,
    ChatMemberMember,
    ChatMemberOwner,
    ChatMemberRestricted,
)

Kind = Literal["group", "channel"]

GROUP_ANONYMOUS_BOT = 1087968824
"""In whose name Telegram shows group admins who stay anonymous."""


def is_present(member: ChatMember) -> bool:
    if isinstance(member, ChatMemberRestricted):
        return bool(member.is_member)
    return isinstance(member, ChatMemberMember | ChatMemberAdministrator | ChatMemberOwner)


def can_write(member: ChatMember, kind: Kind) -> bool:
    """Whether the bot may send messages there: in channels only admins with that right."""
    if isinstance(member, ChatMemberRestricted):
        return bool(member.is_member and member.can_send_messages)
    if kind == "channel":
        return isinstance(member, ChatMemberAdministrator) and bool(member.can_post_messages)
    return is_present(member)


def can_pin(member: ChatMember, kind: Kind) -> bool:
    """Whether the bot may pin there (Bot API, ``pinChatMessage``)."""
    if not isinstance(member, ChatMemberAdministrator):
        return False
    return bool(member.can_edit_messages if kind == "channel" else member.can_pin_messages)


def is_admin(member: ChatMember) -> bool:
    return isinstance(member, ChatMemberAdministrator | ChatMemberOwner)
