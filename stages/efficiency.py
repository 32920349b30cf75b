"""Measure the cost of running every model on the CPU, all models in one process and in turns.

Reads models/{teacher,base,untrained}, models/<student>/{distilled,release} and the names of the students. Writes
data/efficiency.json. Times differ from run to run, so the file is not a metric and stays out of git.
"""

from pathlib import Path

import torch

from tinypt.evaluation.efficiency import machine, measure_models
from tinypt.files import write_json
from tinypt.params.loader import REFERENCES, load_seed, student_names
from tinypt.runtime.run import run

MODELS = Path("models")
GRAPHS = {"onnx_fp32": "model.onnx", "onnx_int8": "model_quantized.onnx"}  # in a release


def main() -> None:
    """Write sizes and times of all models, and of the students' exported encoders."""
    students, seed = student_names(), load_seed()
    folders = {name: MODELS / name for name in REFERENCES} | {name: MODELS / name / "distilled" for name in students}
    graphs = {name: {kind: MODELS / name / "release/onnx" / file for kind, file in GRAPHS.items()} for name in students}
    models = measure_models(folders, graphs, seed)
    report = {"threads": torch.get_num_threads(), "machine": machine(), "models": models}
    write_json(Path("data/efficiency.json"), report)


if __name__ == "__main__":
    run(main)
