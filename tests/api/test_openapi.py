"""The OpenAPI document: valid, and complete about the responses of every route."""

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.errors import PROBLEM, STATUS
from api.openapi import DESCRIPTIONS
from tests.api.declared_responses import deviation


@pytest.fixture
def document(client):
    return client.get("/openapi.json").json()


@pytest.fixture
def operations(document):
    """Every operation, with its method and path."""
    return [
        (method, path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]


def test_the_document_is_valid(document):
    assert document["openapi"].startswith("3.1.")
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_every_error_has_the_schema_of_a_problem(operations):
    for method, path, operation in operations:
        for status, response in operation["responses"].items():
            assert "application/json" not in response.get("content", {}) or status < "400"
            if PROBLEM in response.get("content", {}):
                schema = response["content"][PROBLEM]["schema"]
                assert schema == {"$ref": "#/components/schemas/ProblemOut"}, (method, path)
            elif status >= "400":
                assert path == "/login", (method, path, status)  # the form shows the error


def test_an_account_is_optional_where_a_route_does_not_require_one(document):
    paths = document["paths"]
    assert {} in paths["/login"]["get"]["security"]
    assert {} in paths["/v1/issues"]["post"]["security"]
    assert {} not in paths["/v1/plans"]["post"]["security"]
    assert {} not in paths["/v1/accounts"]["get"]["security"]


def test_every_text_of_a_parameter_has_a_pattern(operations):
    for method, path, operation in operations:
        for parameter in operation.get("parameters", ()):
            schema = parameter["schema"]
            for each in schema.get("anyOf", [schema]):
                if each.get("type") == "string":
                    assert each.keys() & {"pattern", "format", "enum"}, (method, path, parameter)


def test_every_link_names_parameters_of_its_operation(operations):
    by_id = {operation["operationId"]: operation for _, _, operation in operations}
    links = [
        link
        for operation in by_id.values()
        for response in operation["responses"].values()
        for link in response.get("links", {}).values()
    ]
    assert len(links) > 40
    for link in links:
        parameters = by_id[link["operationId"]]["parameters"]
        assert link["parameters"].keys() <= {each["name"] for each in parameters}


def test_every_status_of_an_error_has_a_description():
    assert set(STATUS.values()) <= DESCRIPTIONS.keys()


def test_every_operation_has_a_description_and_a_success(operations):
    for method, path, operation in operations:
        assert operation["description"], (method, path)
        assert any(status < "400" for status in operation["responses"]), (method, path)


@pytest.mark.parametrize(
    ("method", "path", "status", "media_type", "is_declared"),
    [
        ("GET", "/v1/areas", 200, "application/geo+json", True),
        ("HEAD", "/v1/areas", 200, "application/geo+json", True),
        ("GET", "/v1/areas", 200, "text/csv; charset=utf-8", True),
        ("GET", "/v1/areas", 304, "", True),
        ("GET", "/v1/areas", 200, "application/json", False),
        ("GET", "/v1/areas", 200, "", False),
        ("GET", "/v1/areas", 418, PROBLEM, False),
        ("GET", "/v1/areas", 404, "application/json", False),
        ("DELETE", "/v1/areas", 405, PROBLEM, True),
        ("GET", "/docs", 200, "text/html", True),
    ],
)
def test_the_comparison_of_responses_with_the_document_finds_deviations(
    document, method, path, status, media_type, is_declared
):
    assert (deviation(document, method, path, status, media_type) is None) == is_declared
