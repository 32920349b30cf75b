#!/usr/bin/env bash
# Runs the tests, or a part of them.
#
#   ci/test.sh [all|fast|unit|dag|soak]
#
#   all    every test (the default)
#   fast   all but the tests that train models, run stages, start other processes or wait for a network
#   unit   the tests of the code
#   dag    the tests that run the whole pipeline on minimal parameters
#   soak   property tests only, with fresh seeds and ten times the examples
set -euo pipefail
cd "$(dirname "$0")/.."
export OMP_NUM_THREADS=1 # byte-identical metrics need a fixed number of threads
options=(-n 2 --dist loadfile --no-loadscope-reorder --durations 20 -r s) # -r s: why a test was skipped
case "${1:-all}" in
  all) ;;
  fast)
    for part in bench dag demo/test_page.py demo/test_tokenizer.py distillation evaluation hub reporting/test_browser.py \
      selection/test_duplicates_ray.py stages training test_executors.py; do
      options+=(--ignore "tests/$part")
    done
    ;;
  unit) options+=(--ignore tests/dag) ;;
  dag) options+=(tests/dag) ;;
  soak) options+=(-m hypothesis --hypothesis-profile soak) ;;
  *) echo "usage: ci/test.sh [all|fast|unit|dag|soak]" >&2 && exit 2 ;;
esac
exec pytest "${options[@]}"
