"""Text is decoded as declared or as detected; East Asian encodings are distinguished."""

import codecs
from pathlib import Path

import pyarrow as pa
import pytest

from data.errors import UnknownEncoding
from data.reading.files import encodings, text_decoding

PHRASES = {
    "gb18030": "鹤岗市向阳区红军街道办事处, 工农区新南街道, 南山区铁西街道",
    "cp950": "臺北市中正區, 大安區, 萬華區信義路二段",
    "cp949": "서울특별시 종로구 사직동, 강남구 역삼동",
    "cp932": "東京都千代田区丸の内一丁目、カタカナ",
    "cp1251": "Улица Ленина дом пять, город Хабаровск",
    "cp1252": "Champs-Élysées, Besançon, naïve café",
    "utf-8": "鹤岗 서울 東京 Élysées",
}


@pytest.mark.parametrize("name", PHRASES)
@pytest.mark.parametrize("repeated", [1, 50])
def test_an_encoding_is_detected_from_a_phrase(name: str, repeated: int) -> None:
    assert encodings.detect_encoding((PHRASES[name] * repeated).encode(name)) == name


def test_a_sample_that_ends_within_a_character_is_detected() -> None:
    assert encodings.detect_encoding("鹤岗市向阳区".encode()[:-1]) == "utf-8"


def test_ascii_is_detected_as_utf8() -> None:
    assert encodings.detect_encoding(b"code,name\n1,Weimin\n") == "utf-8"


@pytest.mark.parametrize(
    ("name", "codec"),
    [("GBK", "gb18030"), ("Shift_JIS", "cp932"), ("EUC-KR", "cp949"), ("utf8", "utf-8")],
)
def test_a_declared_encoding_is_replaced_by_its_superset(name: str, codec: str) -> None:
    assert encodings.lookup_codec(name) == codec


def test_an_unknown_encoding_is_an_error_that_lists_common_ones() -> None:
    with pytest.raises(UnknownEncoding, match="gb18030"):
        encodings.lookup_codec("klingon")


def test_a_byte_order_mark_declares_the_encoding(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(codecs.BOM_UTF16_LE + "名称".encode("utf-16-le"))
    assert encodings.text_encoding(file, None) == encodings.TextEncoding("utf-16", guessed=False)


@pytest.mark.parametrize(
    ("content", "codec"), [("UTF-8", "utf-8"), ("936", "gb18030"), ("???", None)]
)
def test_a_cpg_file_declares_the_encoding_of_a_shapefile(
    tmp_path: Path, content: str, codec: str | None
) -> None:
    (tmp_path / "town.cpg").write_text(content)
    assert encodings.read_cpg(tmp_path / "town.shp") == codec
    assert encodings.read_cpg(tmp_path / "other.shp") is None


def as_bytes(text: str, codec: str) -> str:
    """A text read byte by byte: each byte becomes one character."""
    return text.encode(codec).decode("iso-8859-1")


def test_columns_read_byte_by_byte_are_decoded_including_their_names() -> None:
    name, text = as_bytes("名称", "gb18030"), as_bytes("向阳区", "gb18030")
    batch = pa.record_batch({name: pa.array([text, None, text]), "n": pa.array([1, 2, 3])})
    assert text_decoding.detect_encoding([name], iter([batch])) == "gb18030"
    decoded = text_decoding.decode_batch(batch, "gb18030").to_pydict()
    assert decoded == {"名称": ["向阳区", None, "向阳区"], "n": [1, 2, 3]}


def test_a_character_truncated_by_its_column_is_dropped() -> None:
    """A dBase column of five bytes holds two and a half Chinese characters."""
    batch = pa.record_batch({"n": pa.array(["向阳区".encode("gb18030")[:5].decode("iso-8859-1")])})
    assert text_decoding.decode_batch(batch, "gb18030").to_pydict() == {"n": ["向阳"]}


def test_bytes_that_are_not_in_the_encoding_are_an_error() -> None:
    batch = pa.record_batch({"n": pa.array([as_bytes("向阳区", "gb18030")])})
    with pytest.raises(UnicodeDecodeError):
        text_decoding.decode_batch(batch, "utf-8")
