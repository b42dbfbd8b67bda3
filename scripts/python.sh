#!/bin/sh
# Print the name of a Python, 3.11 or newer, that can make virtual environments; fail without one.
for name in python3.11 python3 python3.12 python3.13 python3.14; do
    if "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        echo "$name"
        exit 0
    fi
done
exit 1
