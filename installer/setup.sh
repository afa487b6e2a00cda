#!/usr/bin/env bash
# Sets Inspector up from a source tree on Debian or Ubuntu: system packages, .venv, pinned Python packages.
#
#   installer/setup.sh        for developers: run, test, check (default)
#   installer/setup.sh run    only what a station needs
#
# A finished set-up is recognised by a stamp and costs a few milliseconds. Packages come from the index that pip is
# configured for. As root the system packages are installed; otherwise the exact command is printed, and the set-up goes
# on as long as nothing essential is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly PROFILE="${1:-dev}"
case "$PROFILE" in
    dev) readonly LOCK=requirements-dev.lock ;;
    run) readonly LOCK=requirements.lock ;;
    *) echo "usage: installer/setup.sh [dev|run]" >&2; exit 2 ;;
esac

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

# --- finished already? -------------------------------------------------------------------------------------------------

fingerprint() { cat "$1" requirements-torch.txt installer/setup.sh | sha256sum | cut -d' ' -f1; }
is_done() { [ -x .venv/bin/python ] && [ "$(cat ".venv/.setup-$1" 2>/dev/null)" = "$(fingerprint "$2")" ]; }

if is_done "$PROFILE" "$LOCK" || { [ "$PROFILE" = run ] && is_done dev requirements-dev.lock; }; then
    exit 0
fi

# Two of `make run` and `make test` at once must not build the same environment.
mkdir -p .venv
if command -v flock >/dev/null; then
    exec 9>.venv/.setup-lock
    flock 9
    is_done "$PROFILE" "$LOCK" && exit 0
fi

# --- Python and Debian packages -----------------------------------------------------------------------------------------------------

find_python() { # prints the path of Python 3.11, or nothing
    local candidate
    for candidate in python3.11 python3; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    return 0
}

# Library or command -> package. Without the first group Qt does not even load; the second is for a real X11 screen.
readonly ESSENTIAL="libEGL.so.1=libegl1 libGL.so.1=libgl1 libglib-2.0.so.0=libglib2.0-0 libxkbcommon.so.0=libxkbcommon0
    libfontconfig.so.1=libfontconfig1 libdbus-1.so.3=libdbus-1-3"
readonly SCREEN="libxcb-cursor.so.0=libxcb-cursor0 libxcb-icccm.so.4=libxcb-icccm4 libxcb-keysyms.so.1=libxcb-keysyms1
    libxcb-shape.so.0=libxcb-shape0 libxcb-xkb.so.1=libxcb-xkb1 libxcb-image.so.0=libxcb-image0
    libxcb-randr.so.0=libxcb-randr0 libxcb-render-util.so.0=libxcb-render-util0 libxcb-xfixes.so.0=libxcb-xfixes0
    libxcb-sync.so.1=libxcb-sync1 libX11-xcb.so.1=libx11-xcb1 libxkbcommon-x11.so.0=libxkbcommon-x11-0"

known_libraries() { { ldconfig -p 2>/dev/null || /sbin/ldconfig -p 2>/dev/null || true; } | awk '{print $1}'; }
lacking() { # lacking "LIBRARY=PACKAGE ..." -> packages whose library the loader does not know
    local known pair
    known=$(known_libraries)
    for pair in $1; do grep -qxF "${pair%%=*}" <<<"$known" || echo "${pair#*=}"; done
}
has_chinese_font() {
    [ -n "$(fc-list :lang=zh-cn 2>/dev/null)" ] ||
        [ -n "$(find /usr/share/fonts /usr/local/share/fonts -iname '*CJK*' -o -iname 'wqy*' 2>/dev/null | head -n 1)" ]
}
essential_packages() {
    lacking "$ESSENTIAL"
    # Debian keeps apart from Python what makes environments, and the shared library that the GenICam binding needs.
    "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null || echo python3.11-venv
    "$PYTHON" -c 'import ctypes; ctypes.CDLL("libpython3.11.so.1.0")' 2>/dev/null || echo libpython3.11
}
missing_packages() {
    essential_packages
    lacking "$SCREEN"
    command -v Xvfb >/dev/null || echo xvfb
    command -v xauth >/dev/null || echo xauth
    has_chinese_font || echo fonts-noto-cjk
}
apt_install() {
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
}

install_system_packages() {
    [ "$(uname -s)" = Linux ] || fail "this script is for Linux; on Windows use installer/setup.ps1"
    local packages
    mapfile -t packages < <(missing_packages)
    [ "${#packages[@]}" -eq 0 ] && return
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
        say "installing Debian packages: ${packages[*]}"
        apt-get update -q || say "apt-get update failed; trying with the package lists at hand"
        # One package that this release names differently must not cost the others.
        apt_install "${packages[@]}" || for package in "${packages[@]}"; do apt_install "$package" || true; done
    else
        say "these system packages are missing; install them with:"
        say "    sudo apt-get install -y --no-install-recommends ${packages[*]}"
    fi
    mapfile -t packages < <(essential_packages)
    [ "${#packages[@]}" -eq 0 ] || fail "nothing works without: ${packages[*]}. Install them, then run this again."
    [ -z "$(lacking "$SCREEN")" ] || say "goes on without some X11 libraries; a window may not open, headless runs do"
    has_chinese_font || say "goes on without a font for Simplified Chinese; 中文 will show boxes"
}

# --- .venv ---------------------------------------------------------------------------------------------------------------

make_environment() {
    [ -x .venv/bin/python ] && .venv/bin/python -m pip --version >/dev/null 2>&1 && return
    say "making .venv with $PYTHON"
    "$PYTHON" -m venv .venv
}

install_python_packages() {
    say "installing Python packages from $LOCK (some minutes the first time)"
    local pip=(.venv/bin/python -m pip --disable-pip-version-check install --quiet)
    # The lock is complete: --no-deps keeps pip from looking further. torch comes last, so that what it needs is already
    # there in the locked version and only a CUDA build brings its own libraries along.
    "${pip[@]}" --require-hashes --no-deps --requirement "$LOCK"
    "${pip[@]}" --requirement requirements-torch.txt
}

verify() {
    say "checking that everything loads"
    QT_QPA_PLATFORM=offscreen .venv/bin/python - <<'PYTHON' || fail "a package does not load; see above"
import cv2, genicam.gentl, harvesters.core, openvino, pyqtgraph, pysqlite3, sqlalchemy, torch
from PySide6.QtWidgets import QApplication

QApplication([])
needed = (3, 51, 3)  # older ones can corrupt a database in WAL mode
if pysqlite3.sqlite_version_info < needed:
    raise SystemExit(f"SQLite {pysqlite3.sqlite_version} is too old")
PYTHON
}

PYTHON=$(find_python)
[ -n "$PYTHON" ] || fail "Python 3.11 was not found. On Debian 12: sudo apt-get install -y python3.11"
readonly PYTHON
install_system_packages
make_environment
install_python_packages
verify
fingerprint "$LOCK" > ".venv/.setup-$PROFILE"
say "ready"
