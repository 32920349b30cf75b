"""One module per stage of dvc.yaml, run as `python -m stages.<name>`.

On a CPU a stage uses one thread, `teacher` two, and arithmetic that every x86-64 processor with AVX2 has. Metrics then
depend neither on the number of cores nor on newer instructions. MKL still runs other code on Intel's processors than on
AMD's (docs/ci.md). The environment overrules each setting, for example OMP_NUM_THREADS=8 for a long run on a CPU.
"""

import gc
import os
import platform
import sys
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType

from tinypt.runtime.help import help_without_import

help_without_import(Path(__file__).parent)
if sys.version_info < (3, 11) or not (find_spec("yaml") and find_spec("polars")):
    sys.exit(
        f"{sys.executable} is not the project's Python: it is older than 3.11 or lacks packages of requirements.txt; "
        "run `make repro`, or first `source .venv/bin/activate`"
    )


def _interrupted(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Say in one line that Ctrl-C ended a stage, also while it imports, for seconds, or ends."""
    if issubclass(kind, KeyboardInterrupt):
        print("interrupted; run it again to continue after the last finished part", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)


if sys.argv[0] == "-m":  # as `python -m stages.<name>`
    from tinypt.runtime.parent import end_with_parent, works_for_another

    gc.disable()  # until `run`: imports leave no garbage, and looking for it takes a seventh of their time
    sys.excepthook = _interrupted
    if works_for_another():  # before the imports: DVC may be killed meanwhile
        end_with_parent()

SETTINGS = {
    "OMP_NUM_THREADS": "1",
    "GOMP_SPINCOUNT": "3000",  # microseconds, then a waiting thread of `teacher` leaves its core to others
}
if platform.machine().lower() in ("x86_64", "amd64"):
    SETTINGS |= {
        "ATEN_CPU_CAPABILITY": "avx2",  # PyTorch
        "MKL_CBWR": "AVX2",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "OPENBLAS_CORETYPE": "Haswell",  # NumPy and SciPy
    }
for name, value in SETTINGS.items():  # before any import of these libraries, which read them once
    os.environ.setdefault(name, value)
