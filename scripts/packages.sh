#!/bin/sh
# Install the system's packages for the needs named as arguments, such as python postgis load.
# Where a need is met nothing happens. Debian and Ubuntu: apt-get, with sudo unless root.
# Elsewhere: says what to install and fails.
set -eu
cd "$(dirname "$0")/.."

met() {
    case $1 in
    python) .venv/bin/python -m pip --version || sh scripts/python.sh ;;
    postgis) .venv/bin/python -m geo.postgres.embedded ;;
    node) node --version && npm --version ;;
    browser) command -v chromium && fc-list :lang=zh | grep . && .venv/bin/playwright --version ;;
    gdal) ogr2ogr --version ;;
    load) command -v wrk && command -v hey ;;
    *) false ;;
    esac >/dev/null 2>&1
}

# The version of PostgreSQL to add PostGIS to: the newest installed, else the distribution's own.
postgres_version() {
    installed=$(find /usr/lib/postgresql -mindepth 3 -maxdepth 3 -path '*/bin/initdb' 2>/dev/null |
        cut -d/ -f5 | sort -n | tail -n 1)
    echo "${installed:-$(apt-cache depends postgresql | sed -n 's/.*Depends: postgresql-\([0-9]*\)$/\1/p')}"
}

# Chromium without windows, in which tests of pages take half the time; only Debian has it.
headless_shell() {
    apt-cache search --names-only '^chromium-headless-shell$' | cut -d' ' -f1
}

packages() {
    case $1 in
    python) echo python3 python3-venv ;;
    postgis) echo "postgresql-$(postgres_version)-postgis-3" ;;
    node) echo nodejs npm ;;
    browser) echo "chromium $(headless_shell)" fontconfig fonts-noto-cjk libatomic1 ;; # the last for Playwright's Node.js
    gdal) echo gdal-bin ;;
    load) echo wrk hey ;;
    *) echo "no such need: $1" >&2 && exit 2 ;;
    esac
}

elsewhere() {
    case $1 in
    python) echo "Python 3.11 or newer, with venv and pip" ;;
    postgis) echo "PostgreSQL 14 or newer with PostGIS (or set GRIDWARD_PG_BIN or GRIDWARD_DATABASE_URL)" ;;
    node) echo "Node.js 18 or newer with npm" ;;
    browser) echo "Chromium, a font with Chinese characters such as Noto Sans CJK, and libatomic" ;;
    gdal) echo "GDAL's programs (ogr2ogr)" ;;
    load) echo "the load generators wrk and hey" ;;
    esac
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

apt() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get --quiet -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=600 "$@"
}

# Debian's package would start a server of its own on TCP port 5432; nobody here asked for it.
no_main_cluster=/etc/postgresql-common/createcluster.d/gridward.conf

without_main_cluster() {
    trap 'as_root rm -f "$no_main_cluster"' EXIT
    trap 'exit 130' INT TERM
    as_root mkdir -p "$(dirname "$no_main_cluster")"
    echo "create_main_cluster = false" | as_root tee "$no_main_cluster" >/dev/null
    "$@"
}

install() {
    if ! apt check >/dev/null 2>&1; then # an earlier installation was interrupted
        as_root env DEBIAN_FRONTEND=noninteractive dpkg --configure -a || :
        apt install --yes --fix-broken
    fi
    apt update || echo "The package lists could not be updated; trying with those at hand." >&2
    wanted=$(for need in "$@"; do packages "$need"; done)
    # shellcheck disable=SC2086 # one word a package
    apt install --yes --no-install-recommends $wanted
}

unmet=
for need in "$@"; do
    met "$need" || unmet="$unmet $need"
done
[ -n "$unmet" ] || exit 0

if ! command -v apt-get >/dev/null || ! { [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null; }; then
    echo "Please install, then run this again:" >&2
    for need in $unmet; do echo "  - $(elsewhere "$need")" >&2; done
    exit 1
fi
# shellcheck disable=SC2086 # one word a need
without_main_cluster install $unmet
for need in $unmet; do
    if ! met "$need"; then
        echo "Still missing: $(elsewhere "$need")." >&2
        [ "$need" != postgis ] || .venv/bin/python -m geo.postgres.embedded
        exit 1
    fi
done
