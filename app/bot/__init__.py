"""The conversation with citizens in Telegram."""
