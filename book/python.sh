#!/bin/sh
# Make the virtual environment $1 with $PYTHON, or with the first Python on PATH that is new enough.
set -eu

new_enough() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
        >/dev/null 2>&1
}

version_of() {
    "$1" -c 'import platform; print(platform.python_version())' 2>/dev/null || echo "does not run"
}

tried=""
for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python}; do
    path=$(command -v "$candidate") || { tried="$tried  $candidate: not found"; continue; }
    if new_enough "$path"; then
        exec "$path" -m venv --clear "$1"
    fi
    tried="$tried  $path: $(version_of "$path")"
done

echo "raftnb needs Python 3.11, 3.12 or 3.13 with its venv and ensurepip modules." >&2
echo "Looked at:$tried" >&2
echo "Install one, or name it: make PYTHON=/path/to/python3.12" >&2
exit 1
