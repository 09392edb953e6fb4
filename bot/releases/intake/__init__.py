"""Reading releases: from files, folders and messages to drafts with their problems listed."""

from bot.releases.intake.document import Draft
from bot.releases.intake.read import read, read_text

__all__ = ["Draft", "read", "read_text"]
