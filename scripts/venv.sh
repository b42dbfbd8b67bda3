#!/bin/sh
# Make .venv with the packages of requirements.lock and this checkout, unless it is so already.
# .venv/ready holds what it was made from; .venv/unfinished marks one that was interrupted.
set -eu
cd "$(dirname "$0")/.."
here=$(pwd -P)

made_from() {
    echo "$here"
    cat requirements.lock pyproject.toml
}

usable() {
    test ! -e .venv/unfinished &&
        grep -qF "$here/.venv" .venv/bin/activate && # a copy of a checkout points at the original
        .venv/bin/python -m pip --version
}

if made_from | cmp -s - .venv/ready && .venv/bin/python -c ''; then
    exit 0
fi
if ! usable >/dev/null 2>&1; then
    rm -rf .venv
    mkdir .venv
    touch .venv/unfinished
    "$(sh scripts/python.sh)" -m venv "$here/.venv"
fi
touch .venv/unfinished
.venv/bin/python -m pip install --no-input -r requirements.lock
.venv/bin/python -m pip install --no-input --no-deps --editable .
.venv/bin/python -m pip check
made_from >.venv/unfinished
mv .venv/unfinished .venv/ready
