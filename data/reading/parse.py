"""Parse a column of a file, whatever its type, into one of our column types, vectorized."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from data.columns import Column, ColumnType

Bools = NDArray[np.bool_]

_EXCEL_EPOCH = np.datetime64("1899-12-30")
_EXCEL_DAYS = (20_000, 80_000)
"""Serial numbers read as dates: 1954 to 2119; smaller and larger numbers are not dates."""
_DATE_PATTERN = (
    r"^(?P<year>\d{4})(?:[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?|"
    r"(?P<month2>\d{2})(?P<day2>\d{2}))"
)
_TIME_PATTERN = (
    r"(?:[T ]*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<part>\d{1,9}))?)?"
    r" ?(?P<zone>[Zz]|UTC|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?$"
)
_WHOLE_NUMBER = r"^([+-]?\d{1,15})(?:\.0*)?$"


@dataclass(frozen=True)
class ParsedColumn:
    """A column in our type, null where it has no value, and which values are invalid."""

    values: pa.Array
    invalid: Bools
    naive_count: int = 0
    """How many timestamps without a time zone were read in the default one."""


def parse(array: pa.Array, column: Column, timezone: str) -> ParsedColumn:
    """Return a file's column as text, int32, date32 or timestamp[us, UTC], as `column` says.

    Invalid values are null in the result and true in `invalid`.
    """
    if column.type is ColumnType.INT and pa.types.is_integer(array.type):
        return _in_range(array.cast(pa.int64()), column)
    text = to_text(array)
    if column.vocabulary:
        return _parse_vocabulary(text, column)
    return _PARSERS[column.type](text, column, timezone)


def to_text(array: pa.Array) -> pa.Array:
    """Return any column as trimmed text; blank text is null, whole floats lose their `.0`."""
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_floating(array.type):
        array = _float_text(array)
    elif pa.types.is_timestamp(array.type):
        array = pc.strftime(array, format="%Y-%m-%dT%H:%M:%S%z" if array.type.tz else _NAIVE_FORMAT)
    elif not pa.types.is_string(array.type):
        array = _cast_text(array)
    trimmed = pc.utf8_trim_whitespace(array)
    blank = pc.equal(trimmed, "")
    if not pc.any(blank).as_py():
        return trimmed
    return pc.if_else(blank, pa.scalar(None, pa.string()), trimmed)


_NAIVE_FORMAT = "%Y-%m-%dT%H:%M:%S"


def _cast_text(array: pa.Array) -> pa.Array:
    try:
        return array.cast(pa.string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        return pa.array([None if v is None else str(v) for v in array.to_pylist()], pa.string())


def _float_text(array: pa.Array) -> pa.Array:
    """Return floats as text, whole numbers in full: a table may store 230403001002 as a float."""
    missing = pc.or_kleene(pc.is_null(array, nan_is_null=True), pc.is_inf(array))
    array = pc.if_else(missing, pa.scalar(None, array.type), array)
    whole = pc.and_(pc.equal(pc.floor(array), array), pc.less(pc.abs(array), 2.0**53))
    safe = pc.if_else(whole, array, pa.scalar(0, array.type))
    return pc.if_else(whole, safe.cast(pa.int64()).cast(pa.string()), array.cast(pa.string()))


def _mask(array: pa.Array) -> Bools:
    return np.asarray(pc.fill_null(array, False).to_numpy(zero_copy_only=False), dtype=np.bool_)


def _parse_text(text: pa.Array, column: Column, _timezone: str) -> ParsedColumn:
    """Return text; too long text, or a null character that PostgreSQL cannot store, is invalid."""
    invalid = pc.or_(
        pc.greater(pc.utf8_length(text), column.max_length), pc.match_substring(text, "\x00")
    )
    return _without_invalid(text, _mask(invalid))


def _without_invalid(
    values: pa.Array, invalid: Bools, arrow_type: pa.DataType | None = None
) -> ParsedColumn:
    """Return the values in a type, null where they are invalid."""
    if invalid.any():
        values = pc.if_else(pa.array(~invalid), values, pa.scalar(None, values.type))
    return ParsedColumn(values if arrow_type is None else values.cast(arrow_type), invalid)


def _parse_int(text: pa.Array, column: Column, _timezone: str) -> ParsedColumn:
    whole = pc.match_substring_regex(text, _WHOLE_NUMBER)
    digits = pc.replace_substring_regex(text, _WHOLE_NUMBER, r"\1")
    number = pc.if_else(whole, digits, pa.scalar(None, pa.string()))
    parsed = _in_range(pc.utf8_ltrim(number, "+").cast(pa.int64()), column)
    return ParsedColumn(parsed.values, parsed.invalid | (_mask(pc.is_valid(text)) & ~_mask(whole)))


def _in_range(number: pa.Array, column: Column) -> ParsedColumn:
    fits = pc.and_(
        pc.greater_equal(number, column.min_value), pc.less_equal(number, column.max_value)
    )
    invalid = _mask(pc.is_valid(number)) & ~_mask(fits)
    return _without_invalid(number, invalid, pa.int32())


def _parse_vocabulary(text: pa.Array, column: Column) -> ParsedColumn:
    encoded = pc.dictionary_encode(pc.utf8_trim_whitespace(text))
    stored_values = [
        column.vocabulary.get(word.casefold()) for word in encoded.dictionary.to_pylist()
    ]
    values = pa.array(stored_values, pa.string()).take(encoded.indices)
    return ParsedColumn(values, _mask(pc.is_valid(text)) & ~_mask(pc.is_valid(values)))


@dataclass(frozen=True)
class _DateTimes:
    """Dates and times as written: NaT and zero where a row has none."""

    days: NDArray[np.datetime64]
    micros: NDArray[np.int64]
    offset: NDArray[np.float64]
    """Minutes east of Greenwich, NaN where no time zone is written."""
    invalid: Bools


def _parse_datetimes(text: pa.Array) -> _DateTimes:
    parts = pc.extract_regex(text, _DATE_PATTERN + _TIME_PATTERN)
    field = {name: _digits(parts, name) for name in ("year", "hour", "minute", "second")}
    month, day = (_digits(parts, a) + _digits(parts, a + "2") for a in ("month", "day"))
    serial, micros_of_day = _excel_serials(text)
    days = _to_dates(field["year"], month, day)
    time = (field["hour"] * 60 + field["minute"]) * 60 + field["second"]
    micros = time * 1_000_000 + _fraction(parts)
    is_time = (field["hour"] < 24) & (field["minute"] < 60) & (field["second"] < 60)
    is_written = _mask(pc.is_valid(parts)) & ~np.isnat(days) & is_time
    is_serial = ~np.isnat(serial) & ~is_written
    invalid = _mask(pc.is_valid(text)) & ~is_written & ~is_serial
    days = np.where(is_serial, serial, np.where(is_written, days, np.datetime64("NaT")))
    return _DateTimes(days, np.where(is_serial, micros_of_day, micros), _offset(parts), invalid)


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
    encoded = pc.dictionary_encode(zone)
    minutes = np.array([_minutes(word) for word in encoded.dictionary.to_pylist()] or [np.nan])
    return np.asarray(minutes[encoded.indices.to_numpy(zero_copy_only=False)])


def _minutes(zone: str) -> float:
    """Return minutes east of Greenwich for `Z`, `UTC`, `+08`, `+0800` or `+08:00`."""
    if not zone:
        return np.nan
    if zone in {"Z", "UTC"}:
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    return (int(digits[:2]) * 60 + int(digits[2:])) * (-1 if zone[0] == "-" else 1)


def _to_dates(
    year: NDArray[np.int64], month: NDArray[np.int64], day: NDArray[np.int64]
) -> NDArray[np.datetime64]:
    """Return dates; NaT for dates that do not exist, such as 30 February."""
    exists = (month >= 1) & (month <= 12) & (day >= 1) & (year >= 1)
    months = np.where(exists, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + np.where(exists, day - 1, 0)
    exists &= days.astype("datetime64[M]") == months
    return np.where(exists, days, np.datetime64("NaT"))


def _excel_serials(text: pa.Array) -> tuple[NDArray[np.datetime64], NDArray[np.int64]]:
    """Return the dates and microseconds of Excel's serial numbers, NaT for other text."""
    number = pc.if_else(pc.match_substring_regex(text, r"^\d{5}(\.\d+)?$"), text, None)
    value = np.asarray(number.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)
    value = np.where((value >= _EXCEL_DAYS[0]) & (value <= _EXCEL_DAYS[1]), value, np.nan)
    whole = np.floor(np.nan_to_num(value)).astype(np.int64)
    micros_of_day = np.round((np.nan_to_num(value) - whole) * 86_400).astype(np.int64) * 1_000_000
    return np.where(np.isnan(value), np.datetime64("NaT"), _EXCEL_EPOCH + whole), micros_of_day


def _parse_date(text: pa.Array, _column: Column, _timezone: str) -> ParsedColumn:
    datetimes = _parse_datetimes(text)
    return _without_invalid(pa.array(datetimes.days.astype("datetime64[D]")), datetimes.invalid)


def _parse_timestamp(text: pa.Array, _column: Column, timezone: str) -> ParsedColumn:
    datetimes = _parse_datetimes(text)
    local_time = datetimes.days.astype("datetime64[us]") + datetimes.micros
    naive = np.isnan(datetimes.offset)
    utc = local_time - (np.nan_to_num(datetimes.offset) * 60_000_000).astype(np.int64)
    from_local = pc.assume_timezone(
        pa.array(np.where(naive, local_time, np.datetime64("NaT", "us"))),
        timezone,
        ambiguous="earliest",
        nonexistent="earliest",
    ).cast(pa.timestamp("us", "UTC"))
    with_zone = np.where(naive, np.datetime64("NaT", "us"), utc)
    values = pc.coalesce(from_local, pa.array(with_zone, pa.timestamp("us", "UTC")))
    parsed = _without_invalid(values, datetimes.invalid)
    return replace(parsed, naive_count=int(np.sum(naive & ~np.isnat(local_time))))


_PARSERS: dict[ColumnType, Callable[[pa.Array, Column, str], ParsedColumn]] = {
    ColumnType.TEXT: _parse_text,
    ColumnType.INT: _parse_int,
    ColumnType.DATE: _parse_date,
    ColumnType.TIMESTAMP: _parse_timestamp,
}
