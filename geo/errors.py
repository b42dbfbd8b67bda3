"""Base classes of all errors. The HTTP API and the command line each map them to a status."""


class GridwardError(Exception):
    """An error that the caller can repair: what is wrong, and a hint on what to do next."""

    code = "error"
    """A short, stable, public identifier that programs may compare."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message


class NotFound(GridwardError):
    """The requested thing does not exist, or is outside the caller's reach."""

    code = "not_found"


class Conflict(GridwardError):
    """The current state of the data does not allow the change."""

    code = "conflict"


class Invalid(GridwardError):
    """The input is wrong; the message says where."""

    code = "invalid"


class Forbidden(GridwardError):
    """The caller may not do this."""

    code = "forbidden"


class Unavailable(GridwardError):
    """A part that the service needs, such as its database, does not respond."""

    code = "unavailable"
