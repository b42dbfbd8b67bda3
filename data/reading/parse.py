"""Turn a column of a file, whatever its type there, into one of ours, all rows at once."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from data.columns import Column, Type

Bools = NDArray[np.bool_]

_EXCEL_EPOCH = np.datetime64("1899-12-30")
_EXCEL = (20_000, 80_000)
"""Serial days that count as dates: 1954 to 2119; smaller and larger numbers are something else."""
_DAY = (
    r"^(?P<year>\d{4})(?:[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?|"
    r"(?P<month2>\d{2})(?P<day2>\d{2}))"
)
_TIME = (
    r"(?:[T ]*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<part>\d{1,9}))?)?"
    r" ?(?P<zone>[Zz]|UTC|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?$"
)
_WHOLE = r"^([+-]?\d{1,15})(?:\.0*)?$"


@dataclass(frozen=True)
class Parsed:
    """A column in our type, null where nothing is stated, and which values made no sense."""

    values: pa.Array
    bad: Bools
    naive: int = 0
    """How many moments came without a zone and were read in the default one."""


def parse(array: pa.Array, column: Column, timezone: str) -> Parsed:
    """Return a file's column as text, int32, date32 or timestamp[us, UTC], as `column` says.

    Values that do not fit are null in the result and true in `bad`.
    """
    if column.type is Type.INT and pa.types.is_integer(array.type):
        return _ranged(array.cast(pa.int64()), column)
    text = to_text(array)
    if column.words:
        return _words(text, column)
    return _PARSERS[column.type](text, column, timezone)


def to_text(array: pa.Array) -> pa.Array:
    """Return any column as trimmed text; blank is null, and whole floats lose their `.0`."""
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_floating(array.type):
        array = _float_text(array)
    elif pa.types.is_timestamp(array.type):
        array = pc.strftime(array, format="%Y-%m-%dT%H:%M:%S%z" if array.type.tz else _NAIVE)
    elif not pa.types.is_string(array.type):
        array = _cast_text(array)
    trimmed = pc.utf8_trim_whitespace(array)
    blank = pc.equal(trimmed, "")
    if not pc.any(blank).as_py():
        return trimmed
    return pc.if_else(blank, pa.scalar(None, pa.string()), trimmed)


_NAIVE = "%Y-%m-%dT%H:%M:%S"


def _cast_text(array: pa.Array) -> pa.Array:
    try:
        return array.cast(pa.string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        return pa.array([None if v is None else str(v) for v in array.to_pylist()], pa.string())


def _float_text(array: pa.Array) -> pa.Array:
    """Keep a code such as 230403001002 whole where a table stored it as a float."""
    missing = pc.or_kleene(pc.is_null(array, nan_is_null=True), pc.is_inf(array))
    array = pc.if_else(missing, pa.scalar(None, array.type), array)
    whole = pc.and_(pc.equal(pc.floor(array), array), pc.less(pc.abs(array), 2.0**53))
    safe = pc.if_else(whole, array, pa.scalar(0, array.type))
    return pc.if_else(whole, safe.cast(pa.int64()).cast(pa.string()), array.cast(pa.string()))


def _mask(array: pa.Array) -> Bools:
    return np.asarray(pc.fill_null(array, False).to_numpy(zero_copy_only=False), dtype=np.bool_)


def _text(text: pa.Array, column: Column, _timezone: str) -> Parsed:
    """Text as it is; too long, or with a zero character that no database stores, is bad."""
    bad = pc.or_(pc.greater(pc.utf8_length(text), column.longest), pc.match_substring(text, "\x00"))
    return _drop(text, _mask(bad))


def _drop(values: pa.Array, bad: Bools, kind: pa.DataType | None = None) -> Parsed:
    """Return the values of some type, null where they are bad."""
    if bad.any():
        values = pc.if_else(pa.array(~bad), values, pa.scalar(None, values.type))
    return Parsed(values if kind is None else values.cast(kind), bad)


def _int(text: pa.Array, column: Column, _timezone: str) -> Parsed:
    whole = pc.match_substring_regex(text, _WHOLE)
    digits = pc.replace_substring_regex(text, _WHOLE, r"\1")
    number = pc.if_else(whole, digits, pa.scalar(None, pa.string()))
    parsed = _ranged(pc.utf8_ltrim(number, "+").cast(pa.int64()), column)
    return Parsed(parsed.values, parsed.bad | (_mask(pc.is_valid(text)) & ~_mask(whole)))


def _ranged(number: pa.Array, column: Column) -> Parsed:
    fits = pc.and_(pc.greater_equal(number, column.least), pc.less_equal(number, column.most))
    bad = _mask(pc.is_valid(number)) & ~_mask(fits)
    return _drop(number, bad, pa.int32())


def _words(text: pa.Array, column: Column) -> Parsed:
    coded = pc.dictionary_encode(pc.utf8_trim_whitespace(text))
    meant = [column.words.get(word.casefold()) for word in coded.dictionary.to_pylist()]
    values = pa.array(meant, pa.string()).take(coded.indices)
    return Parsed(values, _mask(pc.is_valid(text)) & ~_mask(pc.is_valid(values)))


@dataclass(frozen=True)
class _Instants:
    """Days and the time in them, as written: NaT and zero where a row has none."""

    days: NDArray[np.datetime64]
    micros: NDArray[np.int64]
    offset: NDArray[np.float64]
    """Minutes east of Greenwich, NaN where no zone is written."""
    bad: Bools


def _instants(text: pa.Array) -> _Instants:
    parts = pc.extract_regex(text, _DAY + _TIME)
    field = {name: _digits(parts, name) for name in ("year", "hour", "minute", "second")}
    month, day = (_digits(parts, a) + _digits(parts, a + "2") for a in ("month", "day"))
    serial, at = _serial(text)
    days = _calendar(field["year"], month, day)
    time = (field["hour"] * 60 + field["minute"]) * 60 + field["second"]
    micros = time * 1_000_000 + _fraction(parts)
    lawful = (field["hour"] < 24) & (field["minute"] < 60) & (field["second"] < 60)
    written = _mask(pc.is_valid(parts)) & ~np.isnat(days) & lawful
    counted = ~np.isnat(serial) & ~written
    bad = _mask(pc.is_valid(text)) & ~written & ~counted
    days = np.where(counted, serial, np.where(written, days, np.datetime64("NaT")))
    return _Instants(days, np.where(counted, at, micros), _offset(parts), bad)


def _digits(parts: pa.Array, name: str) -> NDArray[np.int64]:
    """Return a named group of digits as numbers, 0 where it is absent."""
    group = pc.fill_null(pc.struct_field(parts, name), "")
    group = pc.if_else(pc.equal(group, ""), "0", group)
    return np.asarray(group.cast(pa.int64()).to_numpy(zero_copy_only=False))


def _fraction(parts: pa.Array) -> NDArray[np.int64]:
    digits = pc.utf8_rpad(pc.fill_null(pc.struct_field(parts, "part"), ""), 9, "0")
    return np.asarray(digits.cast(pa.int64()).to_numpy(zero_copy_only=False) // 1000)


def _offset(parts: pa.Array) -> NDArray[np.float64]:
    zone = pc.utf8_upper(pc.fill_null(pc.struct_field(parts, "zone"), ""))
    coded = pc.dictionary_encode(zone)
    minutes = np.array([_minutes(word) for word in coded.dictionary.to_pylist()] or [np.nan])
    return np.asarray(minutes[coded.indices.to_numpy(zero_copy_only=False)])


def _minutes(zone: str) -> float:
    """Return minutes east of Greenwich for `Z`, `UTC`, `+08`, `+0800` or `+08:00`."""
    if not zone:
        return np.nan
    if zone in {"Z", "UTC"}:
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    return (int(digits[:2]) * 60 + int(digits[2:])) * (-1 if zone[0] == "-" else 1)


def _calendar(
    year: NDArray[np.int64], month: NDArray[np.int64], day: NDArray[np.int64]
) -> NDArray[np.datetime64]:
    """Return days; NaT where there is no such day, such as 30 February."""
    lawful = (month >= 1) & (month <= 12) & (day >= 1) & (year >= 1)
    months = np.where(lawful, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + np.where(lawful, day - 1, 0)
    lawful &= days.astype("datetime64[M]") == months
    return np.where(lawful, days, np.datetime64("NaT"))


def _serial(text: pa.Array) -> tuple[NDArray[np.datetime64], NDArray[np.int64]]:
    """Return the days and microseconds of Excel's serial numbers, NaT where there is none."""
    number = pc.if_else(pc.match_substring_regex(text, r"^\d{5}(\.\d+)?$"), text, None)
    value = np.asarray(number.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)
    value = np.where((value >= _EXCEL[0]) & (value <= _EXCEL[1]), value, np.nan)
    whole = np.floor(np.nan_to_num(value)).astype(np.int64)
    at = np.round((np.nan_to_num(value) - whole) * 86_400).astype(np.int64) * 1_000_000
    return np.where(np.isnan(value), np.datetime64("NaT"), _EXCEL_EPOCH + whole), at


def _date(text: pa.Array, _column: Column, _timezone: str) -> Parsed:
    found = _instants(text)
    return _drop(pa.array(found.days.astype("datetime64[D]")), found.bad)


def _moment(text: pa.Array, _column: Column, timezone: str) -> Parsed:
    found = _instants(text)
    clock = found.days.astype("datetime64[us]") + found.micros
    naive = np.isnan(found.offset)
    fixed = clock - (np.nan_to_num(found.offset) * 60_000_000).astype(np.int64)
    local = pc.assume_timezone(
        pa.array(np.where(naive, clock, np.datetime64("NaT", "us"))),
        timezone,
        ambiguous="earliest",
        nonexistent="earliest",
    ).cast(pa.timestamp("us", "UTC"))
    stated = pa.array(np.where(naive, np.datetime64("NaT", "us"), fixed), pa.timestamp("us", "UTC"))
    parsed = _drop(pc.coalesce(local, stated), found.bad)
    return replace(parsed, naive=int(np.sum(naive & ~np.isnat(clock))))


_PARSERS: dict[Type, Callable[[pa.Array, Column, str], Parsed]] = {
    Type.TEXT: _text,
    Type.INT: _int,
    Type.DATE: _date,
    Type.MOMENT: _moment,
}
