"""Measure what every model costs to run, in one process and turn by turn, on the CPU.

Reads models/{teacher,base,untrained}, models/<set>/{distilled,release} and the names of the parameter sets; writes
data/efficiency.json. Times differ from run to run, so the file is no metric and stays out of git.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from tinypt.evaluation.efficiency import LENGTHS, encoder, fill_mask, machine, measure, onnx_encoder, size
from tinypt.evaluation.model import load_subject
from tinypt.files import write_json
from tinypt.params.loader import load_seed, student_names
from tinypt.runtime.run import run

MODELS = Path("models")
GRAPHS = {"onnx_fp32": "model.onnx", "onnx_int8": "model_quantized.onnx"}  # of a release


def main() -> None:
    """Write sizes and times of all models, and of the encoders of those that have a release."""
    sets, seed = student_names(), load_seed()
    folders = {name: MODELS / name for name in ("teacher", "base", "untrained")}
    folders |= {name: MODELS / name / "distilled" for name in sets}
    models: dict[str, dict[str, Any]] = {}
    places: dict[str, dict[str, Any]] = {}  # where the times of a candidate go
    candidates = []
    for name, folder in folders.items():
        evaluated = load_subject(name, folder, max_length=max(LENGTHS))
        evaluated = replace(
            evaluated, model=evaluated.model.cpu(), device=torch.device("cpu")
        )  # also where there is a GPU
        models[name] = size(evaluated, folder)
        runs = [(fill_mask(evaluated), models[name])]
        if name in sets:
            graphs = {kind: MODELS / name / "release/onnx" / file for kind, file in GRAPHS.items()}
            runs.append((encoder(evaluated), {"bytes": models[name]["bytes"]}))
            runs += [(onnx_encoder(evaluated, path), {"bytes": path.stat().st_size}) for path in graphs.values()]
            models[name]["encoder"] = dict(zip(("pytorch", *graphs), (place for _, place in runs[1:]), strict=True))
        candidates += [candidate for candidate, _ in runs]
        places |= {candidate.name: place for candidate, place in runs}
    for name, times in measure(candidates, seed).items():
        places[name]["lengths"] = times
    report = {"threads": torch.get_num_threads(), "machine": machine(), "models": models}
    write_json(Path("data/efficiency.json"), report)


if __name__ == "__main__":
    run(main)
