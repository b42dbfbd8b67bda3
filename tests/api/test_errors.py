"""Errors as problem documents."""

import pytest


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nowhere", 404), ("DELETE", "/v1/areas", 405)]
)
def test_every_error_is_a_problem_document(client, method, path, status):
    response = client.request(method, path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == status


def test_the_type_of_a_problem_links_to_its_meaning(client, district):
    problem = client.get("/v1/grids/nowhere").json()
    path, _, anchor = problem["type"].partition("#")
    page = client.get(path)
    assert page.status_code == 200
    assert f'id="{anchor}"' in page.text
    assert "No grid has ever had this code" in page.text
