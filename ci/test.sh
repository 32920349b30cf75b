#!/usr/bin/env bash
# The tests: `ci/test.sh unit` those of the code, `ci/test.sh dag` those that run the whole pipeline on minimal parameters.
set -euo pipefail
cd "$(dirname "$0")/.."
export OMP_NUM_THREADS=1 # byte-identical metrics want a fixed number of threads
options=(-n 2 --dist loadfile --no-loadscope-reorder --durations 10 -r s) # and why a test was skipped
case "${1:-}" in
  unit) exec pytest "${options[@]}" --ignore tests/dag ;;
  dag) exec pytest "${options[@]}" tests/dag ;;
  *) echo "usage: ci/test.sh unit|dag" >&2 && exit 2 ;;
esac
