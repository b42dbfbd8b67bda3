"""Exports hold whole lists, in the reader's language, with names, both coordinates, local times."""

import datetime
from urllib.parse import unquote

import numpy as np
import psycopg
import pytest
from sqlalchemy import Result, text
from sqlalchemy.exc import OperationalError

from api.exports import files
from geo import feature_query
from geo.geometry.datums import Datum, from_wgs84
from tests.api.exports.conftest import MANY
from tests.api.exports.reading import (
    open_worksheet,
    pages,
    read_csv,
    read_workbook,
)
from tests.api.operations import operations_of
from tests.district import COMMUNITY_1

FORMATS = ["xlsx", "csv", "geojson"]
ON = "2025-01-01"
LISTS = [
    ("buildings", f"on={ON}", "code", MANY + 4),
    ("buildings", f"on={ON}&covered=false&reason=lapsed", "code", 601),
    ("issues", "status=closed", "ref", MANY),
    ("grids", "", "code", MANY + 4),
    ("areas", "level=community", "code", MANY + 2),
]


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(("subject", "query", "key", "count"), LISTS)
def test_an_export_has_every_row_of_all_pages_of_its_list(
    crowded, subject, query, key, count, format
):
    listed = list(pages(crowded, f"/v1/{subject}?{query}"))
    response = crowded.get(f"/v1/exports/{subject}?{query}&format={format}")
    assert response.status_code == 200
    assert len(listed) == count > 600
    if format == "geojson":
        assert response.json()["features"] == listed
    else:
        read = read_workbook if format == "xlsx" else read_csv
        codes = [row[0] for row in read(response.content).rows]
        assert codes == [feature["properties"][key] for feature in listed]


def test_an_export_takes_the_parameters_of_its_list(client):
    params = {
        path: {each["name"] for each in operation.get("parameters", ())}
        for method, path, operation in operations_of(client)
        if method == "get"
    }
    paging, of_exports = {"limit", "cursor", "format"}, {"format", "lang"}
    for subject in ("areas", "buildings", "grids", "issues"):
        assert params[f"/v1/exports/{subject}"] == params[f"/v1/{subject}"] - paging | of_exports
    figures = params["/v1/property-coverage"] | params["/v1/property-coverage/changes"]
    assert params["/v1/exports/property-coverage"] == figures | of_exports


WORDS = {
    "zh": {
        "title": "无物业楼栋 · 社区001 · 截至 2025年1月1日"
        " · 筛选：管理模式或未覆盖原因：物业已撤出",
        "file": "无物业楼栋_社区001_2025-01-01.xlsx",
        "sheet": "无物业楼栋",
        "headers": ["编码", "楼栋", "地址", "区县", "街道", "社区"],
        "row": ["b2", "b2号楼", None, "工农区", "新安街道", "社区001"],
        "former": {
            "未覆盖原因": "物业已撤出",
            "原管理单位": "一号物业",
            "原管理模式": "物业公司",
            "小区": "光明小区",
        },
        "location": "经度（WGS 84） 纬度（WGS 84） 经度（GCJ-02） 纬度（GCJ-02）",
    },
    "en": {
        "title": "Uncovered buildings · 社区001 · As of 1 January 2025 · "
        "Filter: Management type or reason uncovered: Coverage lapsed",
        "file": "Uncovered-buildings_社区001_2025-01-01.xlsx",
        "sheet": "Uncovered buildings",
        "headers": ["Code", "Building", "Address", "District", "Subdistrict", "Community"],
        "row": ["b2", "b2号楼", None, "Gongnong", "新安街道", "社区001"],
        "former": {
            "Why uncovered": "Coverage lapsed",
            "Former manager": "一号物业",
            "Former management type": "Property management company",
            "Neighborhood": "光明小区",
        },
        "location": "Longitude (WGS 84)|Latitude (WGS 84)|Longitude (GCJ-02)|Latitude (GCJ-02)",
    },
}


@pytest.mark.parametrize("language", WORDS)
def test_a_workbook_is_in_the_readers_language(client, district, language):
    expected = WORDS[language]
    query = f"on={ON}&covered=false&reason=lapsed&area={COMMUNITY_1}&lang={language}"
    response = client.get(f"/v1/exports/buildings?{query}")
    worksheet = open_worksheet(response.content)
    table = read_workbook(response.content)
    assert (worksheet.title, table.title) == (expected["sheet"], expected["title"])
    assert table.headers[:6] == expected["headers"]
    [row] = table.rows
    assert list(row[:6]) == expected["row"]
    assert {header: table.column(header)[0] for header in expected["former"]} == expected["former"]
    assert datetime.datetime(2023, 1, 1) in row
    disposition = response.headers["content-disposition"]
    assert unquote(disposition.partition("filename*=UTF-8''")[2]) == expected["file"]
    assert f'filename="uncovered-buildings_{COMMUNITY_1}_2025-01-01.xlsx"' in disposition
    assert not any("POLYGON" in str(cell) for cell in row)


@pytest.mark.parametrize("subject", ["buildings", "issues", "grids", "areas", "property-coverage"])
@pytest.mark.parametrize("language", WORDS)
def test_every_workbook_is_ready_to_filter_and_locates_its_rows(
    client, district, subject, language
):
    content = client.get(f"/v1/exports/{subject}?lang={language}").content
    worksheet, table = open_worksheet(content), read_workbook(content)
    assert worksheet.freeze_panes == "B3"
    assert worksheet.auto_filter.ref == f"A2:{worksheet.dimensions.partition(':')[2]}"
    assert all(cell.font.bold for cell in worksheet[2])
    widths = [worksheet.column_dimensions[group].width for group in worksheet.column_dimensions]
    assert all(8 <= width <= 43 for width in widths)
    assert len(set(table.headers)) == len(table.headers)
    assert not any("_" in header or header.islower() for header in table.headers)
    location = np.array([row[-4:] for row in table.rows if row[-4] is not None], float)
    assert len(location) > 0
    assert location[:, 2:] == pytest.approx(from_wgs84(location[:, :2], Datum.GCJ02), abs=1e-6)
    assert (location[:, 0] != location[:, 2]).all()


def test_figures_have_formats_of_numbers_and_the_areas_above(client, district):
    content = client.get("/v1/exports/property-coverage?by=community&lang=en").content
    worksheet, table = open_worksheet(content), read_workbook(content)
    assert table.headers[:4] == ["Code", "Community", "District", "Subdistrict"]
    formats = dict(zip(table.headers, [cell.number_format for cell in worksheet[3]], strict=True))
    assert (formats["Coverage rate"], formats["Households"]) == ("0.0%", "#,##0")


def test_times_are_those_of_the_city_except_in_geojson(crowded):
    url = "/v1/exports/issues?status=closed&lang=en"
    reported = datetime.datetime(2024, 2, 1, 0, 30)
    assert set(read_workbook(crowded.get(url).content).column("Reported")) == {reported}
    table = read_csv(crowded.get(f"{url}&format=csv").content)
    assert set(table.column("Reported")) == {"2024-02-01 00:30"}
    assert table.rows[0][1:4] == ("Heating", "没有暖气", "Closed")
    feature = crowded.get(f"{url}&format=geojson").json()["features"][0]
    assert feature["properties"]["reported_at"] == "2024-01-31T16:30:00+00:00"
    assert feature["properties"]["status"] == "closed"


@pytest.mark.parametrize(
    ("query", "title", "stamp"),
    [
        (
            "since=2024-01-01&until=2024-12-31",
            "Reported 1 January 2024 to 31 December 2024",
            "2024-01-01_2024-12-31",
        ),
        ("since=2024-01-01", "Reported since 1 January 2024", "2024-01-01"),
        ("until=2024-12-31", "Reported up to 31 December 2024", "2024-12-31"),
    ],
)
def test_the_title_and_name_of_issues_state_their_period(client, district, query, title, stamp):
    response = client.get(f"/v1/exports/issues?{query}&area={COMMUNITY_1}001&lang=en")
    assert read_workbook(response.content).title == f"Issues · {COMMUNITY_1}001 · {title}"
    assert (
        f'filename="issues_{COMMUNITY_1}001_{stamp}.xlsx"'
        in response.headers["content-disposition"]
    )


def test_every_condition_of_a_filter_is_in_the_title(client, district):
    district.connection().exec_driver_sql("UPDATE building SET use = 'residential'")
    query = "manager_kind=community_led&built_from=1980&built_to=1990&use=residential&use="
    query += "&not_use=residential&bbox=130,47,131,48&lang=en"
    title = read_workbook(client.get(f"/v1/exports/buildings?{query}").content).title
    assert title.partition("Filter: ")[2] == (
        "Management type or reason uncovered: Community-managed; Built in or after: 1980; "
        "Built in or before: 1990; Use: Unknown, Residential; Use is not: Residential; "
        "Longitudes and latitudes: 130.0, 47.0, 131.0, 48.0"
    )


def test_texts_that_look_like_formulas_stay_texts(crowded):
    url = f"/v1/exports/buildings?on={ON}&covered=false&lang=en"
    worksheet = open_worksheet(crowded.get(url).content)
    addresses = [row[2] for row in worksheet.iter_rows(min_row=3) if row[2].value is not None]
    assert len(addresses) > 600
    assert {(cell.data_type, cell.quotePrefix) for cell in addresses} == {("s", True)}
    written = read_csv(crowded.get(f"{url}&format=csv").content).column("Address")
    assert all(address.startswith("'=1+") for address in written if address)


@pytest.mark.parametrize("format", FORMATS)
def test_a_streamed_file_has_its_length_and_an_etag(crowded, monkeypatch, format):
    url = f"/v1/exports/issues?status=closed&format={format}"
    whole = crowded.get(url)
    monkeypatch.setattr(files, "CHUNK_BYTES", 10_000)
    streamed = crowded.get(url, headers={"Accept-Encoding": "identity"})
    assert streamed.content == whole.content
    assert streamed.headers["content-length"] == str(len(whole.content))
    assert streamed.headers["content-type"] == whole.headers["content-type"]
    again = crowded.get(url, headers={"If-None-Match": streamed.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert crowded.get(url, headers={"If-None-Match": '"x"'}).status_code == 200


def test_an_empty_export_has_headers_and_no_rows(client, district):
    url = "/v1/exports/issues?until=1999-01-01&lang=en"
    assert read_workbook(client.get(url).content).rows == []
    assert read_csv(client.get(f"{url}&format=csv").content).rows == []
    assert client.get(f"{url}&format=geojson").json() == {
        "type": "FeatureCollection",
        "features": [],
    }


def test_an_export_takes_no_limit_and_an_unknown_area_is_an_error(client, district):
    assert client.get("/v1/exports/buildings?limit=3").status_code == 422
    assert client.get("/v1/exports/buildings?area=9").json()["code"] == "area_unknown"
    assert client.get("/v1/buildings?format=xlsx").status_code == 422


@pytest.mark.parametrize("format", FORMATS)
def test_a_failing_export_is_a_problem_document(crowded, monkeypatch, format):
    """Half of the rows are already in the file when the database fails."""
    original = Result.partitions

    def fail_later(self, size=None):
        yield next(original(self, size))
        raise OperationalError("", {}, psycopg.OperationalError("the connection is lost"))

    def fail_in_geojson(session, query):
        yield "{}"
        raise OperationalError("", {}, psycopg.OperationalError("the connection is lost"))

    monkeypatch.setattr(Result, "partitions", fail_later)
    monkeypatch.setattr(feature_query, "stream", fail_in_geojson)
    response = crowded.get(f"/v1/exports/issues?status=closed&format={format}")
    assert response.status_code == 503
    assert response.headers["content-type"] == "application/problem+json"


def test_a_building_without_a_community_has_no_areas(client, district):
    changes = "community_code = NULL, code = '230403' || code"
    district.execute(text(f"UPDATE building SET {changes} WHERE code = 'b3'"))
    table = read_workbook(client.get(f"/v1/exports/buildings?on={ON}&lang=en").content)
    areas = dict(zip(table.column("Code"), table.column("District"), strict=True))
    assert (areas["230403b3"], areas["b1"]) == (None, "Gongnong")
