"""Fine-tune a release as its users do: transformers.Trainer on AutoModelForSequenceClassification, nothing of ours.

    python -m stages.tasks
    python -m bench.standard_head models/total/release

Reads the release and data/tasks. Learns every task alone, with the hyperparameters below and each of SEEDS. Prints a
Markdown table of the test split's scores, mean and standard deviation over seeds, then one line of JSON with the same.
The scores compare with `finetune_cls` of evaluate.json, which reads the same state. That protocol chooses its rate and
standardises the labels of a regression; this recipe does neither.
"""

import json
import statistics
import tempfile
from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    DataCollatorWithPadding,
    PrinterCallback,
    Trainer,
    TrainingArguments,
    set_seed,
)

from tinypt.evaluation.scores.scoring import gold_labels, task_scores
from tinypt.evaluation.tasks.table import Split, TaskData, read_tasks
from tinypt.runtime.errors import PipelineError
from tinypt.runtime.run import run

RATE, EPOCHS, BATCH, SEEDS = 1e-3, 10, 16, (1, 2, 3)
WARMUP, WEIGHT_DECAY = 0.1, 0.01  # share of the steps; as in BERT's fine-tuning (Devlin et al. 2019, appendix A.3)
Scores = dict[str, float]


def main(release: str) -> None:
    """Print the scores of the release in the folder `release` on every task."""
    if not (Path(release) / "config.json").is_file():
        raise PipelineError(f"{release}: no release here; run `dvc repro export@<student>`")
    found = {task: _task(release, data) for task, data in read_tasks(Path("data/tasks")).items()}
    print(f"rate {RATE:g}, {EPOCHS} epochs, batches of {BATCH}, {len(SEEDS)} seeds\n")
    print("| task | metric | mean ± deviation over seeds |\n|---|---|--:|")
    for task, scores in found.items():
        for metric in [name.removesuffix("_mean") for name in scores if name.endswith("_mean")]:
            print(f"| {task} | {metric} | {scores[f'{metric}_mean']:.3f} ± {scores[f'{metric}_sd']:.3f} |")
    recipe = {"rate": RATE, "epochs": EPOCHS, "batch_size": BATCH, "seeds": list(SEEDS)}
    print(json.dumps({"release": release, "recipe": recipe, "tasks": found}))


def _task(release: str, data: TaskData) -> Scores:
    """Each metric's <metric>_mean and <metric>_sd over SEEDS, on the test split."""
    scores = [fine_tune(release, data, seed) for seed in SEEDS]
    summary: Scores = {}
    for metric in scores[0]:
        values = [score[metric] for score in scores]
        summary[f"{metric}_mean"] = statistics.fmean(values)
        summary[f"{metric}_sd"] = statistics.stdev(values) if len(values) > 1 else 0.0
    return summary


def fine_tune(release: str, data: TaskData, seed: int) -> Scores:
    """Fine-tune the release on one task, and score its predictions for the test split."""
    set_seed(seed)  # the new head's weights
    kind = {"num_labels": 1, "problem_type": "regression"} if data.is_regression else {"num_labels": len(data.classes)}
    model = AutoModelForSequenceClassification.from_pretrained(release, **kind)
    tokenizer = AutoTokenizer.from_pretrained(release)
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            folder,
            learning_rate=RATE,
            num_train_epochs=EPOCHS,
            per_device_train_batch_size=BATCH,
            per_device_eval_batch_size=BATCH,
            warmup_steps=WARMUP,
            weight_decay=WEIGHT_DECAY,
            seed=seed,
            use_cpu=not torch.cuda.is_available(),
            save_strategy="no",
            logging_strategy="no",
            report_to=[],
            disable_tqdm=True,
        )
        trainer = Trainer(
            model,
            arguments,
            data_collator=DataCollatorWithPadding(tokenizer),
            train_dataset=_rows(tokenizer, data, data.train),
        )
        trainer.remove_callback(PrinterCallback)
        trainer.train()
        outputs = trainer.predict(_rows(tokenizer, data, data.test)).predictions
    predicted = outputs[:, 0].astype(float) if data.is_regression else outputs.argmax(axis=1)
    return task_scores(data, predicted, gold_labels(data, data.test))


def _rows(tokenizer: Any, data: TaskData, split: Split) -> list[dict[str, Any]]:
    """Tokenized texts or pairs with their labels, cut to the length that the release states."""
    encoded = tokenizer(split.first, split.second, truncation=True)
    labels = gold_labels(data, split).tolist()
    return [{key: encoded[key][row] for key in encoded} | {"labels": label} for row, label in enumerate(labels)]


if __name__ == "__main__":
    run(main)
