#!/usr/bin/env bash
# Runs the tests, or a part of them.
#
#   ci/test.sh [short|long|fast|unit|dag|soak]
#
#   short  all but the long tests (the default)
#   long   the tests marked `long`: minutes each for whole pipelines, Ray, several workers, compiled steps
#   fast   all but the tests that train models, run stages, start other processes, measure time or use a network
#   unit   the tests of the code, long ones too
#   dag    the tests that run the whole pipeline on minimal parameters, long ones too
#   soak   property tests only, with fresh seeds and ten times the examples
set -euo pipefail
cd "$(dirname "$0")/.."
export OMP_NUM_THREADS=1 # byte-identical metrics need a fixed number of threads
options=(-n 2 --dist loadfile --no-loadscope-reorder --durations 20 -r s) # -r s: why a test was skipped
case "${1:-short}" in
  short) options+=(-m "not long") ;;
  long) options+=(-m long) ;;
  fast)
    options+=(-m "not long")
    for part in bench ci cleaning/test_clean.py cleaning/test_linear.py dag demo/test_page.py demo/test_tokenizer.py \
      distillation evaluation hub reporting/test_browser.py runtime/test_parent.py selection/test_duplicates_ray.py \
      stages test_commands.py test_executors.py training; do
      options+=(--ignore "tests/$part")
    done
    ;;
  unit) options+=(--ignore tests/dag) ;;
  dag) options+=(tests/dag) ;;
  soak) options+=(-m hypothesis --hypothesis-profile soak) ;;
  *) echo "usage: ci/test.sh [short|long|fast|unit|dag|soak]" >&2 && exit 2 ;;
esac
exec pytest "${options[@]}"
