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
    kind : str
        Which of the faults that `app.phrases.boundary` has words for in each language.
    """

    code = "boundary-file"

    def __init__(self, message: str, hint: str = "", *, kind: str = "unusable") -> None:
        super().__init__(" ".join(f"{message} {hint}".split()), kind=kind)
        self.message = message
        self.hint = hint
        self.kind = kind
