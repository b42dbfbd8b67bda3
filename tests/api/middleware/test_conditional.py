"""Parts of downloads: one range of any format, resumed only while the content is the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.content_negotiation import ResponseFormat
from api.http.etag import content_etag, gzip_etag
from api.middleware.conditional import _select_range


@pytest.fixture(params=ResponseFormat)
def download(client, district, request):
    """A function that requests a list in one format, uncompressed."""

    def get(**headers):
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        path = f"/v1/buildings?on=2026-01-01&format={request.param}"
        return client.get(path, headers={"Accept-Encoding": "identity"} | names)

    return get


def test_a_download_is_the_sum_of_its_parts(download):
    whole = download()
    size, etag = len(whole.content), whole.headers["etag"]
    assert whole.headers["accept-ranges"] == "bytes"
    parts = [download(Range=span, If_Range=etag) for span in ("bytes=0-99", "bytes=100-")]
    assert [part.status_code for part in parts] == [206, 206]
    assert parts[0].headers["content-range"] == f"bytes 0-99/{size}"
    assert b"".join(part.content for part in parts) == whole.content
    assert download(Range="bytes=-7").content == whole.content[-7:]


def test_a_part_has_the_headers_of_the_whole_and_is_not_compressed(download):
    whole, part = download(), download(Range="bytes=0-1999", Accept_Encoding="gzip")
    assert part.content == whole.content[:2000]
    for name in ("content-type", "etag", "cache-control"):
        assert part.headers[name] == whole.headers[name]
    assert "content-encoding" not in part.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Range": "bytes=0-9,20-29"},
        {"Range": "rows=0-9"},
        {"Range": "bytes=nonsense"},
        {"Range": "bytes=0-9", "If_Range": '"another"'},
        {"Range": "bytes=0-9", "If_Range": "Wed, 21 Oct 2015 07:28:00 GMT"},
    ],
)
def test_other_ranges_return_the_whole(download, headers):
    whole, response = download(), download(**headers)
    assert (response.status_code, response.content) == (200, whole.content)


def test_a_part_of_a_compressed_download_cannot_be_resumed_uncompressed(download):
    tag = gzip_etag(download().headers["etag"])
    assert download(Range="bytes=10-", If_Range=tag).status_code == 200


def test_a_range_beyond_the_end_states_the_length(download):
    size = len(download().content)
    response = download(Range=f"bytes={size}-")
    assert response.status_code == 416
    assert response.headers["content-range"] == f"bytes */{size}"
    assert response.json()["code"] == "range_not_satisfiable"


@given(length=st.integers(0, 50), first=st.integers(0, 60), last=st.integers(0, 60))
def test_a_range_selects_the_bytes_that_a_slice_selects(length, first, last):
    body = bytes(range(length))
    selected = _select_range(f"bytes={first}-{last}", length)
    if last < first:
        assert selected is None
    else:
        assert body[selected.start : selected.stop] == body[first : last + 1]


@given(st.text("abc-gzip0", max_size=20).map(lambda text: f'"{text}"'))
def test_the_tag_of_an_encoding_leads_back_to_that_of_the_content(etag):
    content = content_etag(etag)
    assert content_etag(gzip_etag(etag)) == content
    assert gzip_etag(gzip_etag(etag)) == gzip_etag(etag)
