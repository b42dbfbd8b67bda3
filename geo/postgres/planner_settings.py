"""Settings of PostgreSQL's query planner for statements that read few rows."""

from typing import Final

from sqlalchemy import text

_INDEX_SCANS: Final = {
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "enable_bitmapscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_material": "off",
}
"""Plans with nested loops over index scans. The planner has no statistics about intersections of
geometries, expects too many rows, and would choose slower plans."""

CONNECTION_OPTIONS: Final = " ".join(
    f"-c {name}={value}"
    for name, value in {**_INDEX_SCANS, "plan_cache_mode": "force_generic_plan"}.items()
)
"""For connections with no other statements. Each is planned once, whatever its parameters."""

_SET_LOCAL = ", ".join(
    f"set_config('{name}', '{value}', true)" for name, value in _INDEX_SCANS.items()
)
_NAMES = ", ".join(f"'{name}'" for name in _INDEX_SCANS)

PREFER_INDEX_SCANS: Final = text(f"SELECT {_SET_LOCAL}")
"""Applies the settings for the rest of the transaction."""

RESET_PLANNER_SETTINGS: Final = text(
    f"SELECT set_config(name, reset_val, true) FROM pg_settings WHERE name IN ({_NAMES})"
)
"""Restores the defaults for the rest of the transaction, for statements that read whole tables."""
