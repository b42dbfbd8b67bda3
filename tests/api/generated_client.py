"""A client that `openapi-python-client` generates from the OpenAPI document, and its calls."""

import enum
import importlib
import inspect
import subprocess
import sys
import tempfile
import typing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.conftest import ROOT

PACKAGE = "generated_gridward_client"
WITHOUT_CLASSES = {"text/csv", "application/vnd.apache.arrow.stream"}
"""Request bodies that the generator does not support; it generates the JSON body of the route."""


def generate(document: Path, folder: Path) -> str:
    """Generate the package in a folder, and return what the generator prints."""
    options = ["--path", str(document), "--output-path", str(folder / PACKAGE), "--meta", "none"]
    settings = (ROOT / "docs" / "openapi-client.yaml").read_text() + "post_hooks: []\n"
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as config:
        config.write(settings)
        config.flush()
        command = [sys.executable, "-m", "openapi_python_client", "generate", *options]
        result = subprocess.run(
            [*command, "--config", config.name], capture_output=True, text=True, check=False
        )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout + result.stderr


@dataclass(frozen=True)
class GeneratedClient:
    """The functions of the package, by operation ID, with and without a token."""

    home: str
    token: str

    @cached_property
    def package(self) -> ModuleType:
        """The package, which is in `sys.path`."""
        return importlib.import_module(PACKAGE)

    def function(self, tag: str, operation_id: str) -> Any:
        """The function of an operation."""
        name = f"{PACKAGE}.api.{tag.replace(' ', '_')}.{operation_id}"
        return importlib.import_module(name).sync_detailed

    def model(self, name: str) -> Any:
        """A class of the package."""
        return getattr(importlib.import_module(f"{PACKAGE}.models"), name)

    def call(
        self,
        tag: str,
        operation_id: str,
        arguments: dict[str, Any],
        *,
        is_signed_in: bool = True,
        cookies: dict[str, str] | None = None,
    ) -> Any:
        """Call an operation with plain values, which become enums and models as it declares."""
        function = self.function(tag, operation_id)
        hints = typing.get_type_hints(function)
        names = inspect.signature(function).parameters
        assert arguments.keys() <= names.keys()
        values = {name: _typed(hints[name], value) for name, value in arguments.items()}
        options = {"cookies": cookies or {}, "timeout": 30.0, "raise_on_unexpected_status": True}
        if is_signed_in:
            client = self.package.AuthenticatedClient(self.home, token=self.token, **options)
        else:
            client = self.package.Client(self.home, **options)
        with client:
            return function(client=client, **values)


def _typed(hint: Any, value: Any) -> Any:
    """Return a plain value as the enum or model of a parameter."""
    for candidate in (hint, *typing.get_args(hint)):
        if isinstance(candidate, type) and issubclass(candidate, enum.Enum):
            return candidate(value)
        if hasattr(candidate, "from_dict"):
            return candidate.from_dict(value)
    return value
