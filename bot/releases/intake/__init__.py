"""Reading releases: from files, folders and messages to drafts with their problems listed."""

from bot.releases.intake.document import Draft, LanguageUnsure
from bot.releases.intake.read import join, read, read_text
from bot.releases.intake.together import as_translation, home_of, is_translation

__all__ = [
    "Draft",
    "LanguageUnsure",
    "as_translation",
    "home_of",
    "is_translation",
    "join",
    "read",
    "read_text",
]
