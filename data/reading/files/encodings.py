"""Text encodings: declared by the caller or the file, or detected from a sample."""

import codecs
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import from_bytes

from data.errors import UnknownEncoding

CANDIDATES = ("utf-8", "gb18030", "cp950", "cp949", "cp932", "cp1251", "cp1252")
"""Tried in this order of preference when no encoding is declared.

The code pages are the supersets of Big5, EUC-KR and Shift-JIS that files use in practice.
"""
_SUPERSETS = {"big5": "cp950", "euc_kr": "cp949", "shift_jis": "cp932", "gb2312": "gb18030",
              "gbk": "gb18030", "iso8859-1": "cp1252"}  # fmt: skip
SAMPLE_BYTES = 1 << 20
"""How many bytes of a file the detection reads."""


@dataclass(frozen=True)
class TextEncoding:
    """A Python codec name, and whether it was guessed or declared."""

    name: str
    guessed: bool


def lookup_codec(name: str) -> str:
    """Return the codec of this name, or its superset; raises UnknownEncoding if there is none."""
    try:
        codec = codecs.lookup(name).name
        return _SUPERSETS.get(codec, codec)
    except LookupError as error:
        raise UnknownEncoding(
            f"There is no encoding {name!r}.", hint=f"Common ones: {', '.join(CANDIDATES)}."
        ) from error


def detect_encoding(sample: bytes) -> str | None:
    """Return the most likely encoding of these bytes; None if no candidate fits.

    UTF-8 wins wherever it fits, because text in other encodings is rarely valid UTF-8. Of the
    others the one wins whose text charset-normalizer rates least chaotic, or the earlier one.
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


def read_cpg(path: Path) -> str | None:
    """Return the codec that the .cpg file of a Shapefile names, None if it names none."""
    for cpg_path in (path.with_suffix(".cpg"), path.with_suffix(".CPG")):
        if cpg_path.is_file():
            content = cpg_path.read_text(encoding="ascii", errors="ignore").strip()[:40]
            for name in (content, f"cp{content}"):
                with suppress(UnknownEncoding):
                    return lookup_codec(name)
    return None


def _decodes(sample: bytes, name: str) -> bool:
    """Return whether a sample decodes; it may end in the middle of a character."""
    try:
        codecs.getincrementaldecoder(name)().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def text_encoding(path: Path, declared: str | None) -> TextEncoding:
    """Return the encoding of a text file: declared, from its byte order mark, or detected."""
    if declared is not None:
        return TextEncoding(lookup_codec(declared), guessed=False)
    with path.open("rb") as file:
        sample = file.read(SAMPLE_BYTES)
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return TextEncoding("utf-16", guessed=False)
    codec = detect_encoding(sample)
    if codec is None:
        raise undetected_encoding(path)
    return TextEncoding(codec, guessed=codec != "utf-8")


def undetected_encoding(path: Path) -> UnknownEncoding:
    """Return the error for a file whose encoding is not declared and cannot be detected."""
    return UnknownEncoding(
        f"{path.name}: the encoding of its text could not be detected.",
        hint="Name it with --encoding.",
    )


def guess_note(codec: str) -> str:
    """Return the note for text whose encoding was guessed."""
    return f"The text was decoded as {codec}; if it looks wrong, name its encoding with --encoding."
