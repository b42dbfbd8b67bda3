"""The floor of rendered tiles: their statements alone, run by PostgreSQL's own load generator."""

import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from geo.postgres import embedded, planner_settings
from geo.postgres.embedded import binaries
from geo.settings import Settings
from geo.tiles.renderer import tile_statement
from geo.tiles.tile_request import TileRequest

CLIENTS = 16


def statement_rate(settings: Settings, requests: Sequence[TileRequest], seconds: int = 10) -> float:
    """Return the tiles per second of prepared statements on 16 connections, with pgbench.

    They are the statements of the service with its planner settings; their results are discarded.
    """
    url = make_url(embedded.url(settings)).set(drivername="postgresql")
    address = url.render_as_string(hide_password=False)
    with tempfile.TemporaryDirectory() as folder, psycopg.connect(address) as connection:
        cursor = psycopg.ClientCursor(connection)
        scripts = []
        for number, request in enumerate(requests):
            path = Path(folder) / f"{number}.sql"
            path.write_text(cursor.mogrify(*tile_statement(request)).replace("\n", " ") + ";")
            scripts += ["-f", str(path)]
        pgbench = binaries.find(settings.pg_bin) / "pgbench"
        command = [str(pgbench), "--no-vacuum", "--protocol=prepared", f"--client={CLIENTS}"]
        command += ["--jobs=1", f"--time={seconds}", *scripts, address]
        environment = os.environ | {"PGOPTIONS": planner_settings.CONNECTION_OPTIONS}
        output = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True
        ).stdout
    rate = re.search(r"^tps = ([\d.]+)", output, re.MULTILINE)
    if rate is None or "number of failed transactions: 0 " not in output:
        raise RuntimeError(f"pgbench failed:\n{output}")
    return float(rate[1])
