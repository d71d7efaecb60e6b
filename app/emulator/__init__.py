"""A Telegram Bot API of our own over real HTTP, with a chat page, for the demo and the tests."""
