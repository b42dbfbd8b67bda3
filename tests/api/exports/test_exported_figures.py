"""Exported figures are those of the table, also in a comparison of two days."""

import pytest

from tests.api.exports.conftest import MANY
from tests.api.exports.reading import read_csv, read_workbook

FORMATS = ["xlsx", "csv", "geojson"]
ON = "2025-01-01"


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("by", ["grid", "neighborhood", "subdistrict", "district", "city"])
@pytest.mark.parametrize("since", ["", "&since=2022-01-01"])
def test_exported_figures_are_those_of_the_table(client, district, by, since, format):
    assert_same_figures(client, by, since, format)


@pytest.mark.parametrize("format", FORMATS)
def test_figures_of_more_areas_than_a_page_has_are_all_exported(crowded, format):
    assert assert_same_figures(crowded, "community", "&since=2022-01-01", format) > MANY


def assert_same_figures(client, by, since, format) -> int:
    """Compare an export with the routes that fill the table; return the number of rows."""
    query = f"by={by}&on={ON}&manager_kind=property_firm&reason=lapsed"
    listed = client.get(f"/v1/property-coverage?{query}").json()
    changed = (
        client.get(f"/v1/property-coverage/changes?{query}{since}").json() if since else listed
    )
    response = client.get(f"/v1/exports/property-coverage?{query}{since}&lang=en&format={format}")
    assert response.status_code == 200, response.text
    if format == "geojson":
        rows = [feature["properties"] for feature in response.json()["features"]]
        keys = ("code", "buildings", "uncovered", "rate")
        assert [[row[key] for key in keys] for row in rows] == [
            [row[key] for key in keys] for row in listed
        ]
        keys = ("gained", "lost", "buildings_before", "uncovered_before", "rate_before")
        assert [[row.get(key) for key in keys] for row in rows] == [
            [row.get(key) for key in keys] for row in changed
        ]
        return len(listed)
    table = (read_workbook if format == "xlsx" else read_csv)(response.content)
    assert table.column("Code") == [row["code"] for row in listed]
    uncovered = "Uncovered after" if since else "Uncovered buildings"
    assert list(map(int, table.column(uncovered))) == [row["uncovered"] for row in listed]
    if since:
        columns = {"Uncovered before": "uncovered_before", "Gained": "gained", "Lost": "lost"}
        for header, key in columns.items():
            assert list(map(int, table.column(header))) == [row[key] for row in changed]
        assert list(map(int, table.column("Net change"))) == [
            row["gained"] - row["lost"] for row in changed
        ]
        rates = [
            None if rate in ("", None) else float(rate)
            for rate in table.column("Coverage rate before")
        ]
        assert rates == pytest.approx([row["rate_before"] for row in changed])
    return len(listed)


def test_the_title_of_a_comparison_has_both_days(client, district):
    response = client.get(f"/v1/exports/property-coverage?since=2022-01-01&on={ON}&lang=en")
    title = read_workbook(response.content).title
    assert "1 January 2022" in title
    assert "1 January 2025" in title
    assert "2022-01-01_2025-01-01" in response.headers["content-disposition"]
