#!/usr/bin/env bash
# The environment of a CI job: .venv with the pinned requirements, on the PATH of the steps that follow.
#
#   ci/setup.sh [REQUIREMENTS...]        more requirement files, requirements-remotes.txt for instance
set -euo pipefail
cd "$(dirname "$0")/.."
make checks
if [ $# -gt 0 ]; then
  .venv/bin/python -m pip install --quiet "${@/#/--requirement=}"
fi
if [ -n "${GITHUB_PATH:-}" ]; then
  echo "$PWD/.venv/bin" >>"$GITHUB_PATH"
fi
