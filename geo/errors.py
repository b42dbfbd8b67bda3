"""The kinds of things that go wrong, in the words of the field; each edge gives them a form."""


class GridwardError(Exception):
    """Something the caller can mend: what is wrong, and a hint on what to do next."""

    code = "error"
    """Public, short and stable: programs may compare it."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message


class NotFound(GridwardError):
    """What was asked for does not exist, or is out of the caller's reach."""

    code = "not_found"


class Conflict(GridwardError):
    """The state of things does not allow it now."""

    code = "conflict"


class Invalid(GridwardError):
    """The input is wrong; the message says where."""

    code = "invalid"


class Forbidden(GridwardError):
    """The caller may not do this."""

    code = "forbidden"


class Unavailable(GridwardError):
    """A part the service needs, such as its database, does not answer."""

    code = "unavailable"
