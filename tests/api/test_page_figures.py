"""The figures that pages ask for beside their tiles, over HTTP."""


def test_changes_between_two_days_are_told_by_place(client, district):
    asked = {"by": "grid", "since": "2022-06-01", "on": "2025-01-01"}
    rows = client.get("/v1/property-coverage/changes", params=asked).json()
    told = {row["code"]: (row["gained"], row["lost"]) for row in rows}
    assert told["230403001001001"] == (0, 1)


def test_changes_need_the_earlier_day(client, district):
    assert client.get("/v1/property-coverage/changes").status_code == 422


def test_issue_counts_add_up_to_the_issues_reported_in_a_period(client, district):
    listed = client.get("/v1/issues?format=csv&limit=1000").text.splitlines()
    every = client.get("/v1/issues/counts").json()
    assert sum(row["issues"] for row in every) == len(listed) - 1
    none = client.get("/v1/issues/counts?since=2100-01-01").json()
    assert none == []
    assert client.get("/v1/issues/counts?until=1999-12-31").json() == []
    assert client.get("/v1/issues/counts?since=1999-12-31&until=2100-01-01").json() == every
