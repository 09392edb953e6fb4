"""A release as readers take it away: its page's content as plain text, Word, and for agencies."""
