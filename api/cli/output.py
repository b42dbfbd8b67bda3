"""Output of commands: messages and progress go to stderr, results to stdout."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)

ProgressCallback = Callable[[int, int | None], None]
"""Called with the number of steps done, and the total or None if it is unknown."""


def print_message(message: str) -> None:
    """Print a message on stderr, without markup."""
    Console(stderr=True, soft_wrap=True).print(message, markup=False, highlight=False)


@contextmanager
def progress(description: str) -> Iterator[ProgressCallback]:
    """Yield a callback that updates a progress bar on stderr if that is a terminal."""
    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(description, total=None)

        def update(done: int, total: int | None) -> None:
            bar.update(task, completed=done, total=total)

        yield update
