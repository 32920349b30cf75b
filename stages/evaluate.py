"""Evaluate one model on held-out text and on every task.

    python -m stages.evaluate total models/total/distilled data/tokens/teacher

Reads the model, the held-out blocks of its tokenizer (test/ in the folder of the last argument), data/split/test,
data/tasks and the `evaluate` parameters. Writes every number to metrics/<name>/evaluate.json, the few that are a DVC
metric to metrics/<name>/scores.json, and the predictions for every task's test rows to
data/predictions/<name>/<task>.parquet. Students with task distillation read data/soft_labels.
"""

from pathlib import Path

from tinypt.corpus.shards import iter_texts
from tinypt.evaluation.evaluate import model_scores
from tinypt.evaluation.language.mlm import mlm_scores
from tinypt.evaluation.language.words import sample_sentences, word_scores
from tinypt.evaluation.model import load_evaluated
from tinypt.evaluation.parts import METRICS, collect, finish, make_part, task_parts
from tinypt.evaluation.tasks.table import read_tasks
from tinypt.files import write_json
from tinypt.params.evaluate import Evaluate
from tinypt.params.loader import load, load_seed
from tinypt.runtime.run import run
from tinypt.tokens.arrays import open_blocks

PREDICTIONS, TASKS, TEXTS = Path("data/predictions"), Path("data/tasks"), Path("data/split/test")
SOFT_LABELS = Path("data/soft_labels")


def main(name: str, model_folder: str, tokens_folder: str) -> None:
    """Write the metrics and predictions of the model in `model_folder` under `name`."""
    options, seed, model, tokens = load("evaluate", Evaluate), load_seed(), Path(model_folder), Path(tokens_folder)
    tasks = read_tasks(TASKS)
    evaluated = load_evaluated(name, model, options.max_length)
    blocks = open_blocks(tokens / "test", evaluated.tokenizer)

    def language(folder: Path) -> None:
        sentences = sample_sentences(iter_texts(TEXTS), options.sentences, seed)
        mlm = mlm_scores(evaluated, blocks, options.mlm_blocks, seed)
        write_json(folder / METRICS, {"mlm": mlm, "words": word_scores(evaluated, sentences)})

    values = [seed, options.mlm_blocks, options.sentences, options.max_length]
    parts = [make_part("held-out text", values, [model, tokens / "test", TEXTS], language)]
    parts += task_parts(evaluated, model, TASKS, options, seed, SOFT_LABELS)
    metrics = collect(finish(name, parts), PREDICTIONS / name)
    parameters = sum(weights.numel() for weights in evaluated.model.parameters())
    folder = Path("metrics") / name
    write_json(folder / "evaluate.json", {part: metrics[part] for part in ("mlm", "words", *tasks)})
    write_json(folder / "scores.json", model_scores(metrics, tasks, options.finetune.heads[0], parameters))


if __name__ == "__main__":
    run(main)
