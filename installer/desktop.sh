#!/usr/bin/env bash
# Puts Inspector of this source tree into the menu of the person who calls it: installer/desktop.sh [--remove]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
entry="${XDG_DATA_HOME:-$HOME/.local/share}/applications/inspector.desktop"

if [ "${1:-}" = --remove ]; then
    rm -f "$entry"
    echo "removed $entry"
    exit 0
fi
"$root/installer/setup.sh" run
mkdir -p "$(dirname "$entry")"
sed -e "s|^Exec=.*|Exec=\"$root/.venv/bin/python\" \"$root/main.py\" run|" \
    -e "s|^Icon=.*|Icon=$root/installer/inspector.svg|" "$root/installer/inspector.desktop" > "$entry"
echo "wrote $entry"
