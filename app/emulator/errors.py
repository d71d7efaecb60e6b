"""Refusals in the Bot API's own form."""

from typing import Any


class BotApiError(Exception):
    """A call is refused.

    Parameters
    ----------
    code
        Telegram's ``error_code``, also the HTTP status.
    description
        Telegram's words.
    parameters
        ``retry_after`` in seconds or ``migrate_to_chat_id``.
    """

    def __init__(
        self, code: int, description: str, parameters: dict[str, int] | None = None
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def as_dict(self) -> dict[str, Any]:
        """Give the body of the response."""
        body: dict[str, Any] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad_request(description: str) -> BotApiError:
    """Make the error of a call whose arguments are wrong."""
    return BotApiError(400, f"Bad Request: {description}")


def forbidden(description: str) -> BotApiError:
    """Make the error of a call the chat does not allow."""
    return BotApiError(403, f"Forbidden: {description}")


def conflict(description: str) -> BotApiError:
    """Make the error of two ways of getting updates at once."""
    return BotApiError(409, f"Conflict: {description}")


def too_many_requests(retry_after: int) -> BotApiError:
    """Make the error of a bot that sends too fast.

    Parameters
    ----------
    retry_after
        Seconds to wait.
    """
    return BotApiError(
        429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after}
    )


class ControlError(Exception):
    """A citizen's action or a control call asks for what cannot be."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status
