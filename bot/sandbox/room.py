"""Groups and channels: who is in them, and what becomes of the bot there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.sandbox.chat import Chat, ChatType, Standing
from bot.sandbox.message import Message

if TYPE_CHECKING:
    from bot.sandbox.chats import Chats
    from bot.sandbox.person import Person

_GENERAL_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)


class Room(Chat):
    """A group or a channel. What people do here makes updates for the bot."""

    def __init__(
        self,
        chats: Chats,
        id: int,
        type: ChatType,
        title: str,
        owner: Person,
        *,
        language: str | None = None,
        is_forum: bool = False,
    ) -> None:
        super().__init__(
            chats,
            id,
            type,
            title,
            language=language or owner.language_code or "en",
            is_forum=is_forum,
        )
        self.owner = owner
        self.admins: dict[int, Person] = {}
        self.members: dict[int, Person] = {owner.id: owner}

    def add_member(self, person: Person, *, admin: bool = False) -> None:
        self.members[person.id] = person
        if admin:
            self.admins[person.id] = person
        else:
            self.admins.pop(person.id, None)

    def add_bot(
        self,
        by: Person | None = None,
        *,
        can_post: bool = True,
        can_edit: bool = True,
        can_pin: bool = False,
        admin: bool | None = None,
    ) -> None:
        """Let the bot in. In a channel it is an administrator, in a group a member unless told."""
        rights = Standing(
            status="administrator",
            can_post=can_post,
            can_edit=can_edit,
            can_pin=can_pin,
            can_delete=True,
        )
        if admin is None:
            admin = self.type == "channel"
        self._set(by or self.owner, rights if admin else Standing(status="member"))

    def promote_bot(self, by: Person | None = None, **rights: bool) -> None:
        """Change the bot's rights: ``can_post``, ``can_edit``, ``can_pin``, ``can_delete``."""
        self._set(
            by or self.owner,
            replace(self.standing, status="administrator", **rights),
        )

    def remove_bot(self, by: Person | None = None) -> None:
        self._set(by or self.owner, Standing(status="kicked"))

    def bot_leaves(self) -> None:
        self._set(None, Standing(status="left"))

    def topic(self, name: str) -> int:
        """Open a topic in a forum; returns its ``message_thread_id``."""
        if not self.is_forum:
            raise ValueError(f"{self.title!r} is no forum")
        created = {"name": name, "icon_color": 0x6FB9F0}
        opened = self.post(self.owner, service={"forum_topic_created": created})
        self.topics[opened.message_id] = name
        return opened.message_id

    def close_topic(self, thread_id: int) -> None:
        self.closed_topics.add(thread_id)

    def migrate(self, new_id: int) -> Room:
        """Make a group a supergroup with ``new_id``; the old id only says where it went."""
        if self.type != "group":
            raise ValueError("only a basic group becomes a supergroup")
        new = self.chats.add_room(
            Room(self.chats, new_id, "supergroup", self.title, self.owner, language=self.language)
        )
        new.members, new.admins, new.standing = self.members, self.admins, self.standing
        self.migrated_to = new
        self._tell(self.post(None, service={"migrate_to_chat_id": new.id}))
        new._tell(new.post(None, service={"migrate_from_chat_id": self.id}))
        return new

    def _tell(self, message: Message) -> None:
        self.chats.updates.add("message", message.as_json())

    def _set(self, by: Person | None, standing: Standing) -> None:
        before, self.standing = self.standing, standing
        self.chats.updates.add(
            "my_chat_member",
            {
                "chat": self.as_json(),
                "from": by.as_json() if by else self.chats.bot,
                "date": int(self.chats.clock.now().timestamp()),
                "old_chat_member": self.bot_json(before),
                "new_chat_member": self.bot_json(standing),
            },
        )
        if self.type != "channel" and standing.present and not before.present:
            joined = {"new_chat_members": [self.chats.bot]}
            self._tell(self.post(by, service=joined))
        self.changed()

    def bot_json(self, standing: Standing | None = None) -> dict[str, Any]:
        """The bot as the Bot API's ChatMember."""
        standing = standing or self.standing
        member: dict[str, Any] = {"user": self.chats.bot, "status": standing.status}
        if standing.status == "kicked":
            member["until_date"] = 0
        elif standing.status == "administrator":
            member |= dict.fromkeys(_GENERAL_RIGHTS, False)
            member |= {
                "can_be_edited": False,
                "is_anonymous": False,
                "can_manage_chat": True,
                "can_delete_messages": standing.can_delete,
            }
            if self.type == "channel":
                member["can_post_messages"] = standing.can_post
                member["can_edit_messages"] = standing.can_edit
            else:
                member["can_pin_messages"] = standing.can_pin
        return member

    def member_json(self, person: Person) -> dict[str, Any]:
        """A person as the Bot API's ChatMember."""
        user = person.as_json()
        if person is self.owner:
            return {"user": user, "status": "creator", "is_anonymous": False}
        if person.id in self.admins:
            rights = dict.fromkeys(_GENERAL_RIGHTS, False)
            return {
                "user": user,
                "status": "administrator",
                **rights,
                "can_be_edited": False,
                "is_anonymous": False,
                "can_manage_chat": True,
            }
        return {"user": user, "status": "member" if person.id in self.members else "left"}
