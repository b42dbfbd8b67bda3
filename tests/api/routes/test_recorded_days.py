"""Every answer about property coverage on a day refuses a day of which nothing is known."""

import datetime

import pytest

ANSWERS = [
    "/v1/property-coverage?on={day}",
    "/v1/property-coverage?by=grid&bbox=130,47,131,48&on={day}",
    "/v1/property-coverage/changes?since=2021-06-01&on={day}",
    "/v1/property-coverage/changes?since={day}&on=2025-01-01",
    "/v1/property-coverage/trend?until={day}",
    "/v1/buildings?on={day}",
    "/v1/buildings?covered=false&on={day}",
    "/v1/buildings/b1?on={day}",
    "/v1/exports/buildings?on={day}",
    "/v1/exports/property-coverage?on={day}",
    "/v1/exports/property-coverage?since={day}",
    "/maps/property-coverage?on={day}",
    "/maps/grids?on={day}",
]


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_day_before_the_first_record_is_refused(client, district, answer):
    problem = client.get(answer.format(day="1990-01-01"))
    assert (problem.status_code, problem.json()["code"]) == (404, "no_records")
    assert "1990-01-01" in problem.json()["detail"]


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_day_to_come_is_refused(client, district, answer):
    later = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=2)
    problem = client.get(answer.format(day=later))
    assert (problem.status_code, problem.json()["code"]) == (422, "day_to_come")


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_day_with_records_is_answered(client, district, answer):
    assert client.get(answer.format(day="2022-06-01")).status_code == 200
