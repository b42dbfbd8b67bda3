"""The operations of the OpenAPI document."""

from collections.abc import Iterator
from typing import Any

from fastapi.testclient import TestClient


def operations_of(client: TestClient) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the method, path and description of each operation."""
    for path, operations in client.app.openapi()["paths"].items():  # type: ignore[attr-defined]
        for method, operation in operations.items():
            yield method, path, operation
