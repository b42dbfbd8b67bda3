"""Which encoding some bytes of text are in: declared, or guessed and said so."""

import codecs
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import from_bytes

from data.faults import UnknownEncoding

CANDIDATES = ("utf-8", "gb18030", "big5", "euc_kr", "shift_jis", "cp1251", "cp1252")
"""Tried in this order of preference when nothing is declared."""
SAMPLE = 1 << 20
"""How many bytes are looked at."""


@dataclass(frozen=True)
class Encoding:
    """A Python codec name, and whether somebody declared it or it was guessed."""

    name: str
    guessed: bool


def declared(name: str) -> str:
    """Return the codec of this name; raises UnknownEncoding if there is none."""
    try:
        return codecs.lookup(name).name
    except LookupError as failure:
        raise UnknownEncoding(
            f"There is no encoding {name!r}.", hint=f"Common ones: {', '.join(CANDIDATES)}."
        ) from failure


def guess(sample: bytes) -> str | None:
    """Return the encoding that these bytes are most likely in; None if no candidate fits.

    UTF-8 wins wherever it fits, because other encodings seldom fit it by chance. Among the rest
    the one whose text charset-normalizer finds least chaotic wins, the earlier one if even.
    """
    if _decodes(sample, "utf-8"):
        return "utf-8"
    fitting = [name for name in CANDIDATES if _decodes(sample, name)]
    if not fitting:
        return None
    chaos = {
        codecs.lookup(match.encoding).name: round(match.chaos, 2)
        for match in from_bytes(sample[:65_536], cp_isolation=fitting, enable_fallback=False)
    }
    return min(fitting, key=lambda name: chaos.get(name, 1))


def _decodes(sample: bytes, name: str) -> bool:
    """Tell whether a sample, which may end in the middle of a character, decodes."""
    try:
        codecs.getincrementaldecoder(name)().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def of_text(path: Path, given: str | None) -> Encoding:
    """Return the encoding of a text file: as told, by its byte order mark, or guessed."""
    if given is not None:
        return Encoding(declared(given), guessed=False)
    with path.open("rb") as file:
        sample = file.read(SAMPLE)
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Encoding("utf-16", guessed=False)
    found = guess(sample)
    if found is None:
        raise UnknownEncoding(
            f"{path.name}: its text is in none of the encodings we know.",
            hint="Name it with --encoding.",
        )
    return Encoding(found, guessed=found != "utf-8")
