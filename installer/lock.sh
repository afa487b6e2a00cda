#!/usr/bin/env bash
# Rewrites the lock files from pyproject.toml. Needs uv (https://docs.astral.sh/uv) on the PATH.
#
#   requirements.lock        what a station runs on, with hashes
#   requirements-dev.lock    the same plus the tools of developers and tests
#   requirements-torch.txt   torch alone, pinned without a hash: a machine takes the CPU or the CUDA build of its index,
#                            and those builds have different hashes
#
# The files name no package index, so each machine uses the one that its pip is configured for.
set -euo pipefail
cd "$(dirname "$0")/.."

compile() { # compile OUTPUT [option...]
    local output=$1
    shift
    uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-emit-package torch \
        --no-annotate --no-header --no-emit-index-url --no-emit-find-links "$@" --output-file "$output"
    # Both environments of pyproject.toml resolve alike, so the markers that tell them apart say nothing.
    sed -E -i 's/ ; python_full_version [^\\]*\\$/ \\/' "$output"
    sed -i "1i # Made by installer/lock.sh; change pyproject.toml and run \`make lock\` instead of editing." "$output"
}

compile requirements.lock "${@}"
compile requirements-dev.lock --extra dev --constraint requirements.lock "${@}"
grep -oE '"torch==[^"]+"' pyproject.toml | tr -d '"' > requirements-torch.txt
