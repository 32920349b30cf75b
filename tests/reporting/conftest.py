"""Metrics as the stages write them, for three references and two sets."""

import json
from pathlib import Path
from typing import Any

import pytest

SETS = ("partial", "total")
QUALITY = {"teacher": 0.8, "base": 0.4, "floor": 0.3, "partial": 0.55, "total": 0.65}


def evaluation(quality: float) -> dict[str, Any]:
    classes = {
        "frozen": {"f1": quality - 0.05, "accuracy": quality},
        "finetune": {"seeds": 3, "f1_mean": quality, "f1_sd": 0.012, "accuracy_mean": quality, "accuracy_sd": 0.01},
    }
    return {
        "mlm": {"loss": 6 - 5 * quality, "masked_tokens": 12345},
        "words": {"bits_per_character": 4 - 3 * quality, "accuracy": quality / 2, "words": 1000, "unknown_words": 1},
        "assin2_similarity": {
            "frozen": {"pearson": quality - 0.1, "mse": 1 - quality, "pearson_low": 0.25, "pearson_high": 0.75},
            "finetune": {"seeds": 3, "pearson_mean": quality, "pearson_sd": 0.02, "mse_mean": 0.5, "mse_sd": 0.03},
        },
        "assin2_entailment": classes,
        "tweetsentbr": classes,
    }


def write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


@pytest.fixture
def metrics(tmp_path: Path) -> Path:
    """A metrics folder as the pipeline leaves it, in tmp_path/metrics."""
    folder = tmp_path / "metrics"
    for name, quality in QUALITY.items():
        write(folder / name / "evaluate.json", evaluation(quality))
    for name in SETS:
        final = {"loss": 3.1, "mlm": 2.5} | ({"kl": 0.6} if name == "total" else {})
        told = {"validation_mlm_start": 7.5, "validation_mlm": 2.6, "final": final, "steps": 40, "tokens": 40960}
        write(folder / name / "distill.json", told)
        kl = "0.6" if name == "total" else ""
        rows = [f"{at},{at * 1024},0.001,{4 - at / 40},{3 - at / 40},{kl},,{3 - at / 50}" for at in (10, 20, 40)]
        curve = ["step,tokens,learning_rate,loss,mlm,kl,cosine,validation_mlm", *rows]
        (folder / "training").mkdir(exist_ok=True)
        (folder / "training" / f"{name}.csv").write_text("\n".join(curve) + "\n", encoding="utf-8")
    constant = {"constant": {"f1": 0.3333, "accuracy": 0.5}}
    names = {
        "assin2_similarity": {
            "constant": {"pearson": 0.0, "mse": 1.2},
            "word_jaccard": {"pearson": 0.546},
            "overlap_features": {"pearson": 0.714, "mse": 0.629},
        },
        "assin2_entailment": constant | {"overlap_features": {"f1": 0.783, "accuracy": 0.783}},
        "tweetsentbr": constant | {"char_ngrams": {"f1": 0.677, "accuracy": 0.694}},
    }
    tasks = {
        name: {"train": {"rows": 90}, "test": {"rows": 30}, "skipped": {}, "floors": floor}
        for name, floor in names.items()
    }
    write(folder / "tasks.json", tasks)
    return folder
