"""CSV in practice: encodings, delimiters, line breaks in quotes, ragged rows."""

from pathlib import Path

import pytest

from data.errors import UnknownEncoding, UnreadableFile
from data.reading.files.csv_reader import open_csv
from data.reading.files.record_stream import BATCH_ROWS, RawBatch
from data.reading.notes import Notes


@pytest.fixture
def csv(tmp_path: Path):
    """A function that writes bytes to a file and reads it: columns, batches and notes."""

    def read(
        content: bytes, encoding: str | None = None
    ) -> tuple[list[str], list[RawBatch], list[str]]:
        path, notes = tmp_path / "t.csv", Notes()
        path.write_bytes(content)
        stream = open_csv(path, encoding, notes)
        return list(stream.column_names), list(stream.batches()), list(notes)

    return read


def rows(batches: list[RawBatch]) -> list[tuple[object, ...]]:
    return [
        row for batch in batches for row in zip(*batch.attributes.to_pydict().values(), strict=True)
    ]


def numbers(batches: list[RawBatch]) -> list[int]:
    return [int(row) for batch in batches for row in batch.row_numbers]


def test_text_stays_text_and_an_empty_value_is_null(csv) -> None:
    columns, batches, notes = csv(b"code,name\n007,  Weimin \n,true\n")
    assert columns == ["code", "name"]
    assert rows(batches) == [("007", "  Weimin "), (None, "true")]
    assert notes == []


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_most_frequent_one_in_the_header(csv, delimiter: str) -> None:
    content = "a,b;c\n".replace(",", delimiter) if delimiter == ";" else f"a{delimiter}b\n"
    columns, _, _ = csv(content.encode() + b"1" + delimiter.encode() + b"2\n")
    assert len(columns) == content.count(delimiter) + 1


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_line_breaks_in_quotes_belong_to_the_value(csv, ending: str) -> None:
    content = f'a,b{ending}"x{ending}y",1{ending}"say ""hi""",2{ending}'
    _, batches, _ = csv(content.encode())
    assert rows(batches) == [(f"x{ending}y", "1"), ('say "hi"', "2")]
    assert numbers(batches) == [1, 2]


def test_a_header_may_contain_a_line_break(csv) -> None:
    columns, batches, _ = csv(b'"the\ncode",b\n1,2\n')
    assert columns == ["the\ncode", "b"]
    assert rows(batches) == [("1", "2")]


def test_a_byte_order_mark_is_not_part_of_the_first_name(csv) -> None:
    assert csv(b"\xef\xbb\xbfcode\n1\n")[0] == ["code"]
    assert csv("code,名称\n1,向阳\n".encode("utf-16"))[0] == ["code", "名称"]


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("gb18030", "鹤岗市向阳区街道"),
        ("big5", "臺北市中正區信義路"),
        ("euc_kr", "서울특별시 종로구 사직동"),
        ("shift_jis", "東京都千代田区カタカナ"),
    ],
)
def test_a_guessed_encoding_is_noted_and_a_declared_one_is_not(csv, codec: str, name: str) -> None:
    content = f"code,name\n1,{name}\n".encode(codec)
    _, batches, notes = csv(content)
    assert rows(batches) == [("1", name)]
    assert "--encoding" in notes[0]
    assert csv(content, codec)[2] == []


def test_a_wrong_encoding_is_an_error(csv) -> None:
    with pytest.raises((UnreadableFile, UnknownEncoding), match="encoding"):
        csv("名称\n向阳\n".encode("gb18030"), "utf-8")


def test_ragged_rows_are_errors_and_all_rows_keep_their_numbers(csv) -> None:
    """Rows 2 and 4 are too short and too long, row 5 is blank."""
    _, batches, _ = csv(b"a,b\n1,2\n3\n4,5\n6,7,8\n\n9,10\n")
    assert rows(batches) == [("1", "2"), ("4", "5"), ("9", "10")]
    assert numbers(batches) == [1, 3, 6]
    errors = [error for batch in batches for error in batch.errors]
    assert [(error.row, error.kind) for error in errors] == [(2, "ragged_row"), (4, "ragged_row")]
    assert "has 3 values but the header has 2" in errors[1].message


def test_a_file_of_ragged_rows_only_has_errors_only(csv) -> None:
    _, batches, _ = csv(b"a,b\n1\n2\n")
    assert rows(batches) == []
    assert [error.row for batch in batches for error in batch.errors] == [1, 2]


def test_row_numbers_continue_across_blocks_and_batches(csv) -> None:
    """About sixty megabytes of long rows, every thousandth ragged."""
    long = "x" * 1_000
    content = "".join(f"{i},{long}{',' if i % 1_000 == 0 else ''}\n" for i in range(1, 60_001))
    _, batches, _ = csv(f"a,b\n{content}".encode())
    assert all(len(batch) <= BATCH_ROWS for batch in batches)
    row_numbers = numbers(batches)
    assert row_numbers == [i for i in range(1, 60_001) if i % 1_000]
    assert [int(row[0]) for row in rows(batches)] == row_numbers
    assert [error.row for batch in batches for error in batch.errors] == list(
        range(1_000, 60_001, 1_000)
    )


@pytest.mark.parametrize("content", [b"", b"\n\n", b",,\n1,2,3\n"])
def test_a_file_without_a_header_is_an_error(csv, content: bytes) -> None:
    with pytest.raises(UnreadableFile, match="header"):
        csv(content)


def test_an_unclosed_quote_is_an_error(csv) -> None:
    with pytest.raises(UnreadableFile, match="quote"):
        csv(b'a,b\n1,"2\n3,4\n5,6\n')
