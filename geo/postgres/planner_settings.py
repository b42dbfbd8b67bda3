"""How PostgreSQL is to plan statements that read a tile's worth of rows."""

from typing import Final

from sqlalchemy import text

_DIRECT: Final = {
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "enable_bitmapscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_material": "off",
}
"""They go straight to their rows by an index; the planner, who knows no shapes, fears for more."""

CONNECTION_OPTIONS: Final = " ".join(
    f"-c {name}={value}"
    for name, value in {**_DIRECT, "plan_cache_mode": "force_generic_plan"}.items()
)
"""For a connection that reads nothing else. Its plans are made once: the rows are few always."""

_LOCAL = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in _DIRECT.items())
_NAMES = ", ".join(f"'{name}'" for name in _DIRECT)

PREFER_INDEX_SCANS: Final = text(f"SELECT {_LOCAL}")
"""For the rest of a transaction."""

RESET_PLANNER_SETTINGS: Final = text(
    f"SELECT set_config(name, reset_val, true) FROM pg_settings WHERE name IN ({_NAMES})"
)
"""Take that back: the statement that follows reads the whole city."""
