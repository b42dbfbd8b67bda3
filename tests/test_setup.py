"""The set-up: what it pins, what it runs, and that it is left alone where all is there."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from geo.settings import Settings

ROOT = Path(__file__).parents[1]
TARGETS = ("demo", "setup", "test", "test-long", "check", "bench", "clean")
SCRIPTS = [".ci/run", *(f"scripts/{path.name}" for path in sorted(ROOT.glob("scripts/*.sh")))]


def run(*command: str | Path, cwd: Path = ROOT, path: str | None = None) -> str:
    """Run a command, of which stderr is part of the answer; raises when it fails."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env=os.environ | ({"PATH": path} if path else {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command} in {cwd}: {done.stdout}"
    return done.stdout


def plain(name: str) -> str:
    """The one spelling of a package's name."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned() -> dict[str, str]:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    matches = [re.fullmatch(r"([a-z0-9.-]+)==([0-9][\w.]*)(?: ; .+)?", line) for line in lines]
    odd = [line for line, match in zip(lines, matches, strict=True) if not match]
    assert not odd, "every line is name==version, and no line names an address"
    return {plain(match[1]): match[2] for match in matches if match}


def wanted() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return [*project["dependencies"], *project["optional-dependencies"]["dev"]]


@pytest.fixture(scope="module")
def compose() -> Any:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


@pytest.fixture(scope="module")
def dockerfile() -> list[list[str]]:
    """The instructions of the Dockerfile, continued lines joined, split into words."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    return [line.split() for line in text.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("requirement", wanted())
def test_every_dependency_is_pinned_at_a_version_it_allows(requirement: str) -> None:
    match = re.fullmatch(r"([\w.-]+)(?:\[\w+\])?(?:>=([\d.]+))?", requirement)
    assert match, "written as name>=version"
    name, least = match[1], match[2] or "0"
    version = pinned()[plain(name)]
    assert [int(n) for n in re.findall(r"\d+", version)] >= [int(n) for n in least.split(".")]


def test_the_lock_of_the_browser_assets_names_no_address() -> None:
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()


def test_make_alone_lists_the_targets_from_any_folder(tmp_path: Path) -> None:
    listed = re.findall(r"^make ([a-z-]+) +\S", run("make", "-C", ROOT, cwd=tmp_path), re.MULTILINE)
    assert set(TARGETS) <= set(listed)


@pytest.mark.parametrize("target", TARGETS)
def test_make_knows_how_to(target: str) -> None:
    assert run("make", "--dry-run", target)


def test_ci_runs_the_check_and_the_tests() -> None:
    run_by_ci = re.findall(r"^make (\w+)", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
    assert run_by_ci == ["check", "test"]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_are_sound(script: str) -> None:
    run("bash" if script == ".ci/run" else "sh", "-n", script)
    if shutil.which("shellcheck"):
        run("shellcheck", script)


@pytest.fixture
def bare(tmp_path: Path) -> str:
    """A PATH with the shell's own tools: no Python, no Node.js, no apt-get, no sudo."""
    for name in ("sh", "dirname", "find", "cut", "sort", "tail", "grep", "id", "env", "sed"):
        program = shutil.which(name)
        assert program
        (tmp_path / name).symlink_to(program)
    return str(tmp_path)


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A folder that looks like a checkout without a virtual environment."""
    folder = tmp_path / "a checkout"
    shutil.copytree(ROOT / "scripts", folder / "scripts")
    return folder


def test_on_another_system_the_set_up_says_what_to_install(bare: str, fresh: Path) -> None:
    with pytest.raises(AssertionError, match=r"(?s)install.*Python 3\.11 or newer.*Node\.js"):
        run("sh", "scripts/packages.sh", "python", "node", cwd=fresh, path=bare)


def test_where_all_is_there_nothing_is_installed(tmp_path: Path) -> None:
    """The package manager and sudo at the front of the PATH fail and say so."""
    for name in ("apt-get", "sudo", "dpkg"):
        (tmp_path / name).write_text("#!/bin/sh\necho called; exit 1\n")
        (tmp_path / name).chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    assert run("sh", "scripts/packages.sh", "python", "postgis", path=path) == ""


def test_what_cannot_be_installed_stops_the_set_up(fresh: Path, bare: str) -> None:
    """A package manager that succeeds and installs nothing."""
    for name in ("apt-get", "sudo", "dpkg", "mkdir", "tee", "rm", "apt-cache"):
        (Path(bare) / name).write_text("#!/bin/sh\nexit 0\n")
        (Path(bare) / name).chmod(0o755)
    with pytest.raises(AssertionError, match=r"Still missing: Node\.js"):
        run("sh", "scripts/packages.sh", "node", cwd=fresh, path=bare)


def test_the_example_names_every_setting_and_no_other() -> None:
    text = (ROOT / ".env.example").read_text()
    named = re.findall(r"^# (GRIDWARD_[A-Z_]+)=", text, re.MULTILINE)
    assert sorted(named) == sorted(f"GRIDWARD_{name.upper()}" for name in Settings.model_fields)


def test_the_example_can_be_used_and_holds_the_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("GRIDWARD_")]:
        monkeypatch.delenv(name)
    used = tmp_path / "env"
    text = (ROOT / ".env.example").read_text()
    used.write_text(re.sub(r"^# (GRIDWARD_[A-Z_]+=)", r"\1", text, flags=re.MULTILINE))
    shown = Settings(_env_file=used)
    assert shown.database_url
    examples = {"home", "database_url", "pg_bin"}
    assert shown.model_dump(exclude=examples) == Settings(_env_file=None).model_dump(
        exclude=examples
    )


def test_the_database_of_the_containers_is_checked_kept_and_closed_to_others(compose: Any) -> None:
    database = compose["services"]["database"]
    assert database["image"].startswith("postgis/postgis:")
    assert "pg_isready" in database["healthcheck"]["test"]
    assert [mount.split(":")[0] for mount in database["volumes"]] == [
        "database",
        "./scripts/service-role.sh",
    ]
    assert "database" in compose["volumes"]
    assert "ports" not in database


def test_the_service_waits_for_one_migration(compose: Any) -> None:
    migrate, app = compose["services"]["migrate"], compose["services"]["app"]
    assert migrate["command"] == ["gridward", "db", "migrate"]
    assert migrate["restart"] == "no"
    assert migrate["depends_on"]["database"]["condition"] == "service_healthy"
    assert app["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert app["environment"] | {"GRIDWARD_DATABASE_URL": ""} == (
        migrate["environment"] | {"GRIDWARD_DATABASE_URL": ""}
    )


def test_containers_and_settings_use_the_same_names(compose: Any) -> None:
    setting_names = {f"GRIDWARD_{name.upper()}" for name in Settings.model_fields}
    environment_names = {
        name for part in ("app", "migrate") for name in compose["services"][part]["environment"]
    }
    assert environment_names <= setting_names


def test_an_engine_accepts_the_compose_file() -> None:
    if subprocess.run(["sh", "-c", "docker compose version"], capture_output=True).returncode:
        pytest.skip("docker compose is not installed; the schema is checked in any case")
    run("docker", "compose", "--file", "docker-compose.yml", "config", "--quiet")


def check_against_the_compose_specification(file: Path) -> str:
    pytest.importorskip("check_jsonschema", reason="check-jsonschema is not installed")
    schema = ("--builtin-schema", "vendor.compose-spec")
    return run(sys.executable, "-m", "check_jsonschema", *schema, file)


def test_the_compose_file_keeps_to_its_specification() -> None:
    assert "ok" in check_against_the_compose_specification(ROOT / "docker-compose.yml")


def test_a_word_that_the_compose_specification_does_not_know_is_found(tmp_path: Path) -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    (tmp_path / "wrong.yml").write_text(text.replace("restart:", "restrat:"))
    with pytest.raises(AssertionError, match="restrat"):
        check_against_the_compose_specification(tmp_path / "wrong.yml")


def test_the_image_runs_as_an_ordinary_user(dockerfile: list[list[str]]) -> None:
    last_stage = max(n for n, words in enumerate(dockerfile) if words[0] == "FROM")
    users = [words[1] for words in dockerfile[last_stage:] if words[0] == "USER"]
    assert users == ["gridward"]
    assert dockerfile[-1] == ["CMD", '["gridward",', '"serve"]']


def test_what_the_image_copies_is_there_and_not_ignored(dockerfile: list[list[str]]) -> None:
    let_in = (ROOT / ".dockerignore").read_text().splitlines()
    copied = {
        source
        for words in dockerfile
        if words[0] == "COPY" and not words[1].startswith("--from")
        for source in words[1:-1]
        if source != "."
    }
    assert copied == {
        ".npmrc",
        "maps/frontend",
        "package.json",
        "package-lock.json",
        "pyproject.toml",
        "requirements.lock",
    }
    for source in copied | {"api", "data", "geo", "maps"}:
        assert (ROOT / source).exists()
        assert f"!{source.split('/')[0]}" in let_in


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Path]:
    """A copy of what version control does not ignore, in a folder with a space in its name."""
    folder = tmp_path / "my checkout"
    folder.mkdir()
    listing = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in listing.rstrip("\0").split("\0"):
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.long
def test_a_set_up_that_is_killed_half_way_is_made_good(checkout: Path) -> None:
    """Killed once while the virtual environment is made and once while it is filled."""
    for step in (".venv/bin/python*", ".venv/lib/python*/site-packages/numpy"):
        process = subprocess.Popen(
            ["make", "setup"],
            cwd=checkout,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        while process.poll() is None and not any(checkout.glob(step)):
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert not (checkout / ".venv" / "ready").exists()
    run("make", "setup", cwd=checkout)
    assert "Usage: gridward" in run(".venv/bin/gridward", "--help", cwd=checkout)
    assert "pip install" not in run("make", "setup", cwd=checkout)
    shutil.move(checkout, checkout.with_name("moved"))
    try:
        moved = checkout.with_name("moved")
        run("make", "setup", cwd=moved)
        assert "Usage: gridward" in run(".venv/bin/gridward", "--help", cwd=moved)
    finally:
        shutil.move(checkout.with_name("moved"), checkout)
