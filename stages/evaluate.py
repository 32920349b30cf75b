"""Evaluate one model on held-out text and on every task.

    python -m stages.evaluate total models/total/distilled data/tokens/teacher

Reads the model, the held-out blocks of its tokenizer (test/ in the folder of the last argument), data/split/test,
data/tasks and the `evaluate` parameters. Writes metrics/<name>/evaluate.json and the predictions for every task's test
rows, data/predictions/<name>/<task>.parquet. The teacher also writes its soft labels for task distillation to
data/predictions/teacher/soft_labels, and students with task distillation read them there.
"""

from pathlib import Path
from typing import Any

from tinypt.corpus.shards import iter_texts
from tinypt.evaluation.evaluate import evaluate_tasks, write_results
from tinypt.evaluation.language.mlm import mlm_scores
from tinypt.evaluation.language.words import sample_sentences, word_scores
from tinypt.evaluation.model import load_evaluated
from tinypt.evaluation.tasks.table import read_tasks
from tinypt.files import write_json
from tinypt.params.evaluate import Evaluate
from tinypt.params.loader import load, load_seed
from tinypt.runtime.run import run
from tinypt.tokens.arrays import open_blocks

PREDICTIONS = Path("data/predictions")


def main(name: str, model_folder: str, tokens_folder: str) -> None:
    """Write the metrics and predictions of the model in `model_folder` under `name`."""
    options, seed = load("evaluate", Evaluate), load_seed()
    tasks = read_tasks(Path("data/tasks"))
    evaluated = load_evaluated(name, Path(model_folder), options.max_length)
    blocks = open_blocks(Path(tokens_folder) / "test", evaluated.tokenizer)
    metrics: dict[str, Any] = {"mlm": mlm_scores(evaluated, blocks, options.mlm_blocks, seed)}
    sentences = sample_sentences(iter_texts(Path("data/split/test")), options.sentences, seed)
    metrics["words"] = word_scores(evaluated, sentences)
    results = evaluate_tasks(evaluated, tasks, options, seed, PREDICTIONS)
    write_results(name, tasks, results, PREDICTIONS)
    write_json(Path("metrics") / name / "evaluate.json", metrics | results.metrics)


if __name__ == "__main__":
    run(main)
