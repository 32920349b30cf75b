#!/usr/bin/env bash
# The whole study on a GPU, on the machine this is started on: ci/pipeline.sh on params/brwac.yaml.
#
#   ci/gpu.sh [PARAMETERS [REVISION]]        default: params/brwac.yaml, and the commit it starts from
#
# A run that was stopped goes on: finished stages are in .dvc/cache, unfinished ones in .cache/checkpoints.
set -euo pipefail
cd "$(dirname "$0")/.."
parameters=${1:-params/brwac.yaml}
against=${2:-HEAD}

python - <<'PYTHON'
import sys

import torch

if not torch.cuda.is_available():
    sys.exit("ci/gpu.sh: torch sees no CUDA device here; start it on the machine with the GPU")
print(f"GPU: {torch.cuda.get_device_name()}")
PYTHON

cp "$parameters" params.yaml
python -m stages.check
exec ci/pipeline.sh "$against"
