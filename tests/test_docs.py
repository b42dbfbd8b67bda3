"""The documentation matches the code."""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest
import typer
from sqlalchemy import CheckConstraint
from sqlalchemy.dialects.postgresql import ExcludeConstraint

import api
import data
import geo
import maps
from api.app import create_app
from api.cli import app as command_line
from api.errors import error_catalogue
from bench import __main__ as bench
from data.columns import SCHEMAS
from geo.models import Base
from geo.plans.core import rules
from geo.quality import checks, tiling
from geo.quality.findings import MEANING
from geo.settings import Settings

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text("utf-8")


def first_column(text: str) -> set[str]:
    return set(re.findall(r"^\| (?:<a[^>]*></a>)?`([\w-]+)`", text, re.MULTILINE))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_relative_link_has_a_target(path):
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text("utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_exactly_the_public_error_codes_are_listed():
    for wing in (geo, data, maps, api):
        for module in pkgutil.walk_packages(wing.__path__, f"{wing.__name__}."):
            if "migrations" not in module.name and not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    assert first_column(page("errors.md")) == error_catalogue().keys()


def test_exactly_the_findings_are_listed():
    assert first_column(page("findings.md")) == MEANING.keys()
    source = "".join(map(inspect.getsource, (checks, rules, tiling)))
    used = set(re.findall(r'"(\w+)", (?:True|False), ', source))
    assert used | set(tiling.FINDING_KINDS.values()) == MEANING.keys()


def test_the_data_dictionary_has_exactly_the_tables_columns_and_rules():
    sections = dict(
        re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", page("data-dictionary.md"), re.M | re.S)
    )
    assert sections.keys() == Base.metadata.tables.keys()
    for name, table in Base.metadata.tables.items():
        columns, _, rules = sections[name].partition("| rule | refuses |")
        may_be_null = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| (yes|no) \|", columns, re.M))
        assert may_be_null == {c.name: "yes" if c.nullable else "no" for c in table.columns}
        assert first_column(rules) == {
            str(rule.name)
            for rule in table.constraints
            if isinstance(rule, CheckConstraint | ExcludeConstraint)
        }


def test_every_kind_and_column_of_an_import_is_documented():
    text = page("importing.md")
    for kind, table in SCHEMAS.items():
        [row] = re.findall(rf"^\| `{kind}` \|.*", text, re.M)
        assert set(table.column_names) <= set(re.findall(r"`(\w+)`", row))


def test_every_route_is_documented():
    settings = Settings(database_url="postgresql://nobody@/nothing")
    paths = create_app(settings).openapi()["paths"]
    text = page("consumers.md")
    assert [path for path in paths if path not in text] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_command_in_a_page_can_be_called_so(path):
    root = typer.main.get_command(command_line)
    blocks = re.findall(r"```sh\n(.*?)```", path.read_text("utf-8"), re.S)
    lines = [line for block in blocks for line in block.splitlines()]
    for line in lines:
        words = line.partition("#")[0].split()
        if words[:1] != ["gridward"]:
            continue
        command = root
        while hasattr(command, "get_command") and len(words) > 1:
            command = command.get_command(None, words[1])
            assert command is not None, line
            words = words[1:]
        options = {option for parameter in command.params for option in parameter.opts}
        used_options = {word for word in words if re.match(r"--?[a-z]", word)}
        assert used_options <= options | {"--help"}, line


RECORDS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))


def test_decision_records_are_numbered_without_holes_and_all_listed():
    assert [int(path.name[:4]) for path in RECORDS] == list(range(1, len(RECORDS) + 1))
    listed = re.findall(r"^\| \[(\d{4})\]\(([\w-]+\.md)\) \|", page("decisions/README.md"), re.M)
    assert listed == [(path.name[:4], path.name) for path in RECORDS]


def enforcement(path: Path) -> set[str]:
    """What a decision record says it is enforced by: everything in backticks."""
    _, _, enforced = path.read_text("utf-8").partition("**Enforced by** ")
    return set(re.findall(r"`([^`]+)`", enforced))


def missing(named: set[str]) -> set[str]:
    """Those of some test files, tests, constraints and benchmarks that do not exist."""
    files = {name for name in named if name.startswith("tests/")}
    sources = [(ROOT / name).read_text("utf-8") for name in files if (ROOT / name).exists()]
    tests = set(re.findall(r"^def (test_\w+)\(", "\n".join(sources), re.M))
    constraints = {
        str(rule.name) for table in Base.metadata.tables.values() for rule in table.constraints
    }
    families = {
        f"{prefix}ONLY={family}"
        for family in (*bench.FAMILIES, *bench.ALIASES)
        for prefix in ("make bench ", "")
    }
    existing = {name for name in files if (ROOT / name).exists()}
    return named - existing - tests - constraints - families


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.name)
def test_every_decision_is_enforced_by_tests_that_exist(path):
    named = enforcement(path)
    assert named
    assert missing(named) == set()


def test_a_decision_that_names_a_missing_test_is_reported():
    assert missing({"tests/test_docs.py", "test_nothing", "tests/no.py", "ONLY=none"}) == {
        "test_nothing",
        "tests/no.py",
        "ONLY=none",
    }
