"""Which encoding some bytes of text are in: declared, or guessed and said so."""

import codecs
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import from_bytes

from data.row_errors import UnknownEncoding

CANDIDATES = ("utf-8", "gb18030", "cp950", "cp949", "cp932", "cp1251", "cp1252")
"""Tried in this order of preference when nothing is declared.

The code pages are the supersets of Big5, EUC-KR and Shift-JIS that files hold in practice.
"""
_SUPERSETS = {"big5": "cp950", "euc_kr": "cp949", "shift_jis": "cp932", "gb2312": "gb18030",
              "gbk": "gb18030", "iso8859-1": "cp1252"}  # fmt: skip
SAMPLE = 1 << 20
"""How many bytes are looked at."""


@dataclass(frozen=True)
class Encoding:
    """A Python codec name, and whether somebody declared it or it was guessed."""

    name: str
    guessed: bool


def declared(name: str) -> str:
    """Return the codec of this name, or its superset; raises UnknownEncoding if there is none."""
    try:
        found = codecs.lookup(name).name
        return _SUPERSETS.get(found, found)
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


def of_cpg(path: Path) -> str | None:
    """Return the codec that the .cpg file beside a Shapefile names, None if it names none."""
    for beside in (path.with_suffix(".cpg"), path.with_suffix(".CPG")):
        if beside.is_file():
            told = beside.read_text(encoding="ascii", errors="ignore").strip()[:40]
            for name in (told, f"cp{told}"):
                with suppress(UnknownEncoding):
                    return declared(name)
    return None


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
