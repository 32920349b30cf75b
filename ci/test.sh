#!/usr/bin/env bash
# Runs the tests, or a part of them.
#
#   ci/test.sh [short|long|fast|unit|dag|soak]
#
#   short  all but the long tests (the default)
#   long   the tests marked `long`: minutes each for whole pipelines, Ray, several workers, compiled steps
#   fast   the tests that take little: none that train models, run stages, draw pages, start other processes, measure
#          time or use a network
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
    for part in bench ci cleaning/test_{clean,document,linear}.py dag demo/test_{page,tokenizer}.py distillation evaluation \
      hub modeling/test_forward.py params/test_parameter_files.py reporting/test_{browser,overview,page,webpage}.py \
      release/test_positions.py runtime/test_parent.py selection/test_duplicates_ray.py sentences/test_encoders.py stages \
      test_{commands,docs,executors,plan}.py tokens/test_shards.py training; do
      options+=(--ignore "tests/$part")
    done
    ;;
  unit) options+=(--ignore tests/dag) ;;
  dag) options+=(tests/dag) ;;
  soak) options+=(-m hypothesis --hypothesis-profile soak) ;;
  *) echo "usage: ci/test.sh [short|long|fast|unit|dag|soak]" >&2 && exit 2 ;;
esac
exec pytest "${options[@]}"
