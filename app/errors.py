"""Errors that a caller can act on; each carries the HTTP status it is shown with."""

from typing import Any


class BeatwayError(Exception):
    """Something went wrong in a way that can be said in one line.

    Parameters
    ----------
    detail : str, optional
        What happened, in one sentence. The class docstring's first line by default.
    **extra
        JSON-ready members added to the problem document.
    """

    status = 500
    code = "internal-error"

    def __init__(self, detail: str | None = None, **extra: Any) -> None:
        self.detail = detail or (type(self).__doc__ or "").strip().splitlines()[0]
        self.extra = extra
        super().__init__(self.detail)


class BadRequestError(BeatwayError):
    """The request cannot be understood."""

    status = 400
    code = "bad-request"


class NotLoggedInError(BeatwayError):
    """Log in first."""

    status = 401
    code = "not-logged-in"
    # What `WWW-Authenticate` offers.
    challenge = 'Bearer realm="beatway"'


class ForbiddenError(BeatwayError):
    """Your role does not allow this."""

    status = 403
    code = "forbidden"


class NotFoundError(BeatwayError):
    """There is no such thing, or you may not see it."""

    status = 404
    code = "not-found"


class ConflictError(BeatwayError):
    """The thing has changed since you read it, or the change is not allowed now."""

    status = 409
    code = "conflict"


class TooLargeError(BeatwayError):
    """The request is too large."""

    status = 413
    code = "too-large"


class InvalidError(BeatwayError):
    """A value is not acceptable."""

    status = 422
    code = "invalid"


class TooManyRequestsError(BeatwayError):
    """Too many attempts; wait and try again."""

    status = 429
    code = "too-many-requests"

    def __init__(self, detail: str | None = None, *, retry_after_s: int = 60) -> None:
        super().__init__(detail, retry_after_s=retry_after_s)
        self.retry_after_s = retry_after_s


class UnavailableError(BeatwayError):
    """A part this needs is not there now; try again later."""

    status = 503
    code = "unavailable"


class SettingsError(BeatwayError):
    """A setting is missing or wrong."""

    status = 500
    code = "settings"


class DatabaseUnfitError(BeatwayError):
    """The database cannot be used as it is."""

    status = 503
    code = "database-unfit"
