"""What is wrong with a boundary file, said in one line."""

from app.errors import InvalidError


class BoundaryFileError(InvalidError, ValueError):
    """The boundary file cannot be used.

    Parameters
    ----------
    message : str
        What is wrong, and where.
    hint : str, optional
        What to do about it.
    """

    code = "boundary-file"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(" ".join(f"{message} {hint}".split()))
        self.message = message
        self.hint = hint
