"""The words of a text search: their parameters, and the conditions under which they match."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, String, bindparam, collate, func, or_

MAX_WORDS: Final = 8
"""How many words a search compares: a text of single letters would take seconds."""

Condition = ColumnElement[bool]


def split_words(text: str) -> list[str]:
    """Return the different words of a text, longest first, and at most MAX_WORDS of them."""
    return sorted(dict.fromkeys(text.split()), key=len, reverse=True)[:MAX_WORDS]


def word_params(words: Sequence[str]) -> dict[str, Any]:
    """Return the values of the parameters of each `Word`."""
    patterns = {f"pattern_{at}": f"%{_escape_like(word)}%" for at, word in enumerate(words)}
    return patterns | {f"word_{at}": word for at, word in enumerate(words)}


class Folding(StrEnum):
    """Which letters of a word match in both cases. Folding fewer takes a fraction of the time."""

    NONE = "none"
    ASCII = "ascii"
    UNICODE = "unicode"


def folding_of(word: str) -> Folding:
    """Return the least folding that finds a word in any case."""
    letters = {letter for letter in word if letter.lower() != letter.upper()}
    if not letters:
        return Folding.NONE
    return Folding.ASCII if "".join(letters).isascii() else Folding.UNICODE


@dataclass(frozen=True)
class Word:
    """A word of the search as parameters of a statement."""

    position: int
    folding: Folding

    @property
    def text(self) -> ColumnElement[str]:
        """The word as typed."""
        return bindparam(f"word_{self.position}", type_=String)

    def starts(self, code: Any) -> Condition:
        """The condition that a code starts with the word."""
        return func.starts_with(code, self.text)

    def occurs(self, *texts: Any) -> Condition:
        """The condition that one of the texts contains the word, whatever the spaces in it."""
        return or_(*(self._occurs(func.replace(text, " ", "")) for text in texts))

    def begins_with(self, name: Any) -> Condition:
        """The condition that the word begins with a name."""
        name = func.replace(name, " ", "")
        if self.folding is Folding.NONE:
            return func.starts_with(self.text, name)
        return func.starts_with(func.lower(self.text), func.lower(name))

    def _occurs(self, text: ColumnElement[str]) -> Condition:
        pattern = bindparam(f"pattern_{self.position}", type_=String)
        if self.folding is Folding.NONE:
            return text.like(pattern, escape="\\")
        folded = collate(text, "C") if self.folding is Folding.ASCII else text
        return folded.ilike(pattern, escape="\\")

    def names(self, code: Any, *names: Any) -> Condition:
        """The condition that the code starts with the word, or that a name contains it."""
        return or_(self.starts(code), self.occurs(*names))


def _escape_like(text: str) -> str:
    """Escape the wildcards of LIKE."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
