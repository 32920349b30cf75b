#!/usr/bin/env bash
# The linters of Python, shell scripts and workflows. One that is not installed is skipped, aloud.
# Of workflows: their schema, their security, and what expressions and steps mean (actionlint, in CI).
set -euo pipefail
cd "$(dirname "$0")/.."

check() { # check COMMAND ARGUMENTS...
  if command -v "$1" >/dev/null; then
    echo "+ $*"
    "$@"
  else
    echo "- $1 is not installed: skipped"
  fi
}

check ruff check .
check ruff format --check --quiet .
check shellcheck ci/*.sh .ci/run
check check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
check zizmor --offline --pedantic --quiet --no-progress .github/workflows
check actionlint
