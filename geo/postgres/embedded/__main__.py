"""Check that PostgreSQL with PostGIS is installed: exit status 0, or 1 and what to install."""

import sys

from geo.errors import Unavailable
from geo.postgres.embedded import binaries
from geo.settings import Settings


def main() -> int:
    """Return the exit status; with GRIDWARD_DATABASE_URL set, nothing needs to be installed."""
    settings = Settings()
    if settings.database_url is None:
        try:
            binaries.find(settings.pg_bin)
        except Unavailable as error:
            print(error, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
