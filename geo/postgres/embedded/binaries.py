"""Find the programs of a PostgreSQL that has PostGIS."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from geo.errors import Unavailable

DEBIAN = Path("/usr/lib/postgresql")
EXTENSIONS = ("postgis", "btree_gist")


class NoPostgis(Unavailable):
    """No PostgreSQL with PostGIS is installed here."""

    code = "no_postgis"


def find(chosen: Path | None, version: int | None = None) -> Path:
    """Return the folder of `initdb`, `pg_ctl` and `postgres`.

    `chosen` if given; else the newest of Debian's folders that has PostGIS; else the one that
    `pg_config` on the path names. With `version` only that major version will do: data is
    readable to the version that made it alone. Raises NoPostgis naming what to install.
    """
    candidates = list(_installed()) if chosen is None else [_checked(chosen)]
    fitting = [bin for bin in candidates if version in (None, major_version(bin))]
    for bin in fitting:
        if not missing_extensions(bin):
            return bin
    raise NoPostgis(_complaint(candidates, fitting, version), hint=_hint(candidates, version))


def major_version(bin: Path) -> int:
    """Return the major version of the PostgreSQL in a folder of programs."""
    answer = _ask(bin / "postgres", "--version")
    found = re.search(r"\d+", answer)
    if found is None:
        raise NoPostgis(f"{bin / 'postgres'} says {answer!r}, which names no version.")
    return int(found[0])


def missing_extensions(bin: Path) -> list[str]:
    """Return the extensions we need that the PostgreSQL in a folder of programs lacks."""
    share = Path(_ask(bin / "pg_config", "--sharedir").strip())
    return [name for name in EXTENSIONS if not (share / "extension" / f"{name}.control").exists()]


def _checked(chosen: Path) -> Path:
    if not (chosen / "initdb").exists():
        message = f"GRIDWARD_PG_BIN is {chosen}, but there is no initdb in it."
        raise NoPostgis(message, hint="Name the folder that holds initdb, or unset it.")
    return chosen


def _installed() -> Iterator[Path]:
    folders = [path for path in DEBIAN.glob("*/bin") if path.parent.name.isdigit()]
    newest_first = sorted(folders, key=lambda path: int(path.parent.name), reverse=True)
    yield from (path for path in newest_first if (path / "initdb").exists())
    on_path = shutil.which("pg_config")
    if on_path:
        bin = Path(_ask(Path(on_path), "--bindir").strip())
        if (bin / "initdb").exists():
            yield bin


def _ask(program: Path, question: str) -> str:
    try:
        return subprocess.run(
            [program, question], capture_output=True, encoding="utf-8", check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise NoPostgis(f"{program} {question} does not answer: {error}.") from None


def _complaint(candidates: list[Path], fitting: list[Path], version: int | None) -> str:
    if fitting:
        return f"PostgreSQL in {fitting[0]} lacks {' and '.join(missing_extensions(fitting[0]))}."
    if candidates:
        others = ", ".join(str(major_version(bin)) for bin in candidates)
        return f"The private database was made by PostgreSQL {version}; found here: {others}."
    return "PostgreSQL is not installed."


def _hint(candidates: list[Path], version: int | None) -> str:
    wanted = version or (major_version(candidates[0]) if candidates else None)
    package = f"postgresql-{wanted}-postgis-3" if wanted else "postgresql-postgis"
    return (
        f"Run make setup, or install it (Debian, Ubuntu: apt-get install {package}; Fedora: dnf"
        " install postgis postgresql-server postgresql-contrib; macOS: brew install postgis),"
        " name its folder in GRIDWARD_PG_BIN, or use another database: GRIDWARD_DATABASE_URL."
    )
