"""An ablation: the effect of each step from student to student, over several seeds, as Markdown tables.

    cp params/ablation.yaml params.yaml && dvc repro teacher base tokenize sentences tasks    # shared by all runs
    python -m bench.ablation [--params FILE] [--seeds 13 14 15] [--jobs 2]

Every student is built, trained and evaluated with every seed by the pipeline's own stages, with one thread each. A run
has its own folder below .cache/ablation/, which shares data/, models/teacher and models/base with this checkout. Only
the seed differs: with one seed, all students have the same order of text, masks and random weights. A finished run is
not repeated. Fine-tuning is left out.

Students keep the file's order. They fall into groups: those that learn from the sentence teacher, and the others by
their tokenizer. Each is compared with the one before it in its group, and the first with itself before training. Each
is also compared with the group's reference, `semantic`, `total` or `partial`, if the file has it. A difference is the
mean over the seeds of the difference between two runs with one seed, with its 95 % interval by Student's t.

The first table is for choosing: it uses blocks and task rows from the training splits. The others are held out.
"""

import argparse
import math
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from scipy.stats import t as student_t

from stages import distill, student
from tinypt.corpus.shards import iter_texts
from tinypt.evaluation.finetuning.folds import Rows
from tinypt.evaluation.frozen import frozen_scores
from tinypt.evaluation.language.mlm import mlm_scores
from tinypt.evaluation.language.words import sample_sentences, word_scores
from tinypt.evaluation.model import EvaluatedModel, load_evaluated
from tinypt.evaluation.scores.scoring import primary_metric
from tinypt.evaluation.tasks.table import Split, TaskData, read_tasks
from tinypt.files import fingerprint, read_json, work_folder, write_json
from tinypt.params.evaluate import Evaluate
from tinypt.params.loader import load
from tinypt.params.students import SENTENCE_TERMS, Student
from tinypt.runtime.errors import PipelineError
from tinypt.tokens.arrays import open_blocks

SHARED = ("data", "models/teacher", "models/base")
REFERENCES = {"teacher": "total", "base": "partial", "sentence_teacher": "semantic"}  # by group; two are the study's
START = "before training"
CHOOSING = ("validation bits", "tasks' mean, training halves")
Scores = dict[str, float]


@dataclass(frozen=True)
class Run:
    """One student trained with one seed; with `measure_start` it is also evaluated before training."""

    params: Path
    name: str
    seed: int
    measure_start: bool


def main() -> None:
    """Perform the missing runs and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--params", type=Path, default=Path("params/ablation.yaml"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[13, 14, 15])
    parser.add_argument("--jobs", type=int, default=2, help="simultaneous runs, one thread each (default: 2)")
    options = parser.parse_args()
    students: dict[str, Student] = load("students", dict[str, Student], options.params)
    groups = {group: [name for name in students if group_of(students[name]) == group] for group in REFERENCES}
    firsts = {names[0] for names in groups.values() if names}
    runs = [Run(options.params, name, seed, name in firsts) for seed in options.seeds for name in students]
    os.environ["OMP_NUM_THREADS"] = "1"  # read when a worker imports torch; the thread count decides the bits
    pool = ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn"))
    try:
        results = dict(zip(((run.name, run.seed) for run in runs), pool.map(perform, runs), strict=True))
    except PipelineError as error:
        sys.exit(f"ablation: {error}")
    finally:
        pool.shutdown(cancel_futures=True)
    for group, names in groups.items():
        if names:
            rows = {START: [results[names[0], seed]["start"] for seed in options.seeds]}
            rows |= {name: [results[name, seed]["end"] for seed in options.seeds] for name in names}
            print(f"\n## {group}\n")
            print("\n".join(ablation_tables(rows, REFERENCES[group])))


def group_of(student_params: Student) -> str:
    """The key of REFERENCES for a student: its tokenizer, unless it learns from the sentence teacher."""
    learns = any(term in SENTENCE_TERMS for term in student_params.distill.losses)
    return "sentence_teacher" if learns else student_params.init.tokenizer


def perform(job: Run) -> dict[str, Scores]:
    """Scores of a run's student at its `end` and, with measure_start, its `start`; a finished run is read from disk."""
    params = yaml.safe_load(job.params.read_text(encoding="utf-8")) | {"seed": job.seed}
    measured = {key: params["evaluate"][key] for key in ("mlm_blocks", "sentences", "max_length")}
    values = [params["students"][job.name], measured, job.seed, job.measure_start]
    folder = work_folder("ablation", f"{job.name}-{job.seed}-{fingerprint(values)}").absolute()
    if (folder / "result.json").exists():
        return dict(read_json(folder / "result.json"))
    for shared in SHARED:
        (folder / shared).parent.mkdir(exist_ok=True)
        if not (folder / shared).is_symlink():
            (folder / shared).symlink_to(Path(shared).absolute())
    (folder / "params.yaml").write_text(yaml.safe_dump(params, sort_keys=False), encoding="utf-8")
    home = Path.cwd()
    os.chdir(folder)
    try:
        student.main(job.name)
        distill.main(job.name)
    finally:
        os.chdir(home)
    models = {"start": "student", "end": "distilled"} if job.measure_start else {"end": "distilled"}
    training = read_json(folder / "metrics" / job.name / "distill.json")
    validation = {"start": training["validation_mlm_start"], "end": training["validation_mlm"]}
    result = {
        moment: {CHOOSING[0]: validation[moment] / math.log(2), **run_scores(folder, job, model)}
        for moment, model in models.items()
    }
    write_json(folder / "result.json", result)
    print(f"{job.name}, seed {job.seed}: done", file=sys.stderr, flush=True)
    return result


def run_scores(folder: Path, job: Run, model: str) -> Scores:
    """The evaluate stage's metrics without fine-tuning, with losses in bits, and the scores for choosing."""
    options: Evaluate = load("evaluate", Evaluate, folder / "params.yaml")
    student_params: Student = load(f"students.{job.name}", Student, folder / "params.yaml")
    evaluated = load_evaluated(f"{job.name} {job.seed}", folder / "models" / job.name / model, options.max_length)
    blocks = open_blocks(folder / "data/tokens" / student_params.init.tokenizer / "test", evaluated.tokenizer)
    words = word_scores(
        evaluated, sample_sentences(iter_texts(folder / "data/split/test"), options.sentences, job.seed)
    )
    tasks = read_tasks(folder / "data/tasks")
    held_out = {task: _frozen(evaluated, task, data, job.seed) for task, data in tasks.items()}
    choosing = [_frozen(evaluated, task, halves(data.train), job.seed) for task, data in tasks.items()]
    return {
        CHOOSING[1]: float(np.mean(choosing)),
        "bits per masked piece": mlm_scores(evaluated, blocks, options.mlm_blocks, job.seed)["loss"] / math.log(2),
        "bits per character": words["bits_per_character"],
        "word accuracy": words["accuracy"],
        **held_out,
        "tasks' mean": float(np.mean(list(held_out.values()))),
    }


def halves(split: Split) -> TaskData:
    """Split a training split into halves to train on and to score, alternating every ten rows.

    Neighbouring rows, often alike, stay together. In a file sorted by class, both halves contain every class.
    """
    turns, parts = np.arange(len(split)) // 10 % 2, []
    for rows in (np.flatnonzero(turns == 0), np.flatnonzero(turns == 1)):
        second = None if split.second is None else _take(split.second, rows)
        parts.append(Split(_take(split.ids, rows), _take(split.first, rows), second, _take(split.labels, rows)))
    return TaskData(*parts)


def _take(column: list[Any], rows: Rows) -> list[Any]:
    return [column[row] for row in rows]


def ablation_tables(rows: dict[str, list[Scores]], reference: str) -> list[str]:
    """Markdown tables: scores for choosing, held-out scores, differences from the row before and from `reference`.

    Args:
        rows: for each student, in order, one dict of scores for each seed; all have the same keys.
        reference: the student that the last table compares with; the table is left out if `rows` lacks it.
    """
    names, columns = list(rows), [column for column in rows[START][0] if column not in CHOOSING]
    lines = _table(names, CHOOSING, lambda name, column: _spread(rows, name, column))
    lines += ["", *_table(names, columns, lambda name, column: _spread(rows, name, column))]
    before = dict(zip(names[1:], names, strict=False))
    lines += ["", "Less the row before:", ""]
    lines += _table(names[1:], columns, lambda name, column: _difference(rows, name, before[name], column))
    if reference in rows:
        others = [name for name in names if name != reference]
        lines += ["", f"Less `{reference}`:", ""]
        lines += _table(others, columns, lambda name, column: _difference(rows, name, reference, column))
    return lines


def paired_interval(first: list[float], second: list[float]) -> tuple[float, float, float]:
    """Mean of first - second, paired, and its 95 % interval by Student's t; NaN bounds for fewer than two pairs."""
    differences = np.array(first) - np.array(second)
    mean, count = float(differences.mean()), len(differences)
    if count < 2:
        return mean, math.nan, math.nan
    half = float(student_t.ppf(0.975, count - 1)) * float(differences.std(ddof=1)) / math.sqrt(count)
    return mean, mean - half, mean + half


def _frozen(evaluated: EvaluatedModel, task: str, data: TaskData, seed: int) -> float:
    """A task's primary metric."""
    scores, _ = frozen_scores(evaluated, task, data, seed)
    return scores[primary_metric(data)]


def _spread(rows: dict[str, list[Scores]], name: str, column: str) -> str:
    values = np.array([scores[column] for scores in rows[name]])
    deviation = f" ± {values.std(ddof=1):.3f}" if len(values) > 1 else ""
    return f"{values.mean():.3f}{deviation}"


def _difference(rows: dict[str, list[Scores]], name: str, other: str, column: str) -> str:
    """Bold if the interval excludes 0: the difference exceeds that between seeds."""
    first, second = ([scores[column] for scores in rows[each]] for each in (name, other))
    mean, low, high = paired_interval(first, second)
    if math.isnan(low):
        return f"{mean:+.3f}"
    text = f"{mean:+.3f} ({low:+.3f} to {high:+.3f})"
    return f"**{text}**" if low > 0 or high < 0 else text


def _table(names: Sequence[str], columns: Sequence[str], cell: Callable[[str, str], str]) -> list[str]:
    lines = [f"| student | {' | '.join(columns)} |", "|---|" + "--:|" * len(columns)]
    for name in names:
        shown = name if name == START else f"`{name}`"
        lines.append(f"| {shown} | {' | '.join(cell(name, column) for column in columns)} |")
    return lines


if __name__ == "__main__":
    main()
