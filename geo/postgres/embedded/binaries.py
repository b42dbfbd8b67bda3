"""Finds the programs of a PostgreSQL installation with PostGIS."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from geo.errors import Unavailable

DEBIAN = Path("/usr/lib/postgresql")
EXTENSIONS = ("postgis", "btree_gist")


class NoPostgis(Unavailable):
    """No PostgreSQL with PostGIS is installed."""

    code = "no_postgis"


def find(configured: Path | None, version: int | None = None) -> Path:
    """Return the folder of `initdb`, `pg_ctl` and `postgres`.

    That is the configured folder, or else the newest of Debian's folders with PostGIS, or else the
    one that `pg_config` on the PATH prints. `version` restricts the search to a major version,
    because a cluster only works with the version that created it. Raises NoPostgis.
    """
    candidates = list(_installed()) if configured is None else [_require_initdb(configured)]
    matching = [bin for bin in candidates if version in (None, major_version(bin))]
    for bin in matching:
        if not missing_extensions(bin):
            return bin
    raise NoPostgis(_message(candidates, matching, version), hint=_hint(candidates, version))


def major_version(bin: Path) -> int:
    """Return the major version of the PostgreSQL in a folder."""
    output = _run(bin / "postgres", "--version")
    match = re.search(r"\d+", output)
    if match is None:
        raise NoPostgis(f"{bin / 'postgres'} prints {output!r}, which contains no version.")
    return int(match[0])


def missing_extensions(bin: Path) -> list[str]:
    """Return the required extensions that the PostgreSQL in a folder lacks."""
    share = Path(_run(bin / "pg_config", "--sharedir").strip())
    return [name for name in EXTENSIONS if not (share / "extension" / f"{name}.control").exists()]


def _require_initdb(configured: Path) -> Path:
    if not (configured / "initdb").exists():
        message = f"GRIDWARD_PG_BIN is {configured}, which does not contain initdb."
        raise NoPostgis(message, hint="Set it to the folder that contains initdb, or unset it.")
    return configured


def _installed() -> Iterator[Path]:
    folders = [path for path in DEBIAN.glob("*/bin") if path.parent.name.isdigit()]
    newest_first = sorted(folders, key=lambda path: int(path.parent.name), reverse=True)
    yield from (path for path in newest_first if (path / "initdb").exists())
    pg_config = shutil.which("pg_config")
    if pg_config:
        bin = Path(_run(Path(pg_config), "--bindir").strip())
        if (bin / "initdb").exists():
            yield bin


def _run(program: Path, option: str) -> str:
    try:
        return subprocess.run(
            [program, option], capture_output=True, encoding="utf-8", check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise NoPostgis(f"{program} {option} failed: {error}.") from None


def _message(candidates: list[Path], matching: list[Path], version: int | None) -> str:
    if matching:
        extensions = " and ".join(missing_extensions(matching[0]))
        return f"PostgreSQL in {matching[0]} lacks {extensions}."
    if candidates:
        installed = ", ".join(str(major_version(bin)) for bin in candidates)
        return (
            f"PostgreSQL {version} created the private database; only these versions are"
            f" installed: {installed}."
        )
    return "PostgreSQL is not installed."


def _hint(candidates: list[Path], version: int | None) -> str:
    wanted = version or (major_version(candidates[0]) if candidates else None)
    package = f"postgresql-{wanted}-postgis-3" if wanted else "postgresql-postgis"
    return (
        f"Run make setup, or install it (Debian, Ubuntu: apt-get install {package}; Fedora: dnf"
        " install postgis postgresql-server postgresql-contrib; macOS: brew install postgis),"
        " set GRIDWARD_PG_BIN to its folder, or use another database: GRIDWARD_DATABASE_URL."
    )
