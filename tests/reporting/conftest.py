"""Metrics as the stages write them, for three references and two students, and the report on them."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import seal
from tinypt.reporting.comparisons import read_comparisons
from tinypt.reporting.corpus import read_examples, read_funnel
from tinypt.reporting.csv_columns import read_curve
from tinypt.reporting.efficiency import read_efficiency
from tinypt.reporting.generated import Generated
from tinypt.reporting.page import Page, ReportData, compose
from tinypt.reporting.provenance import provenance_table
from tinypt.reporting.results import read_results

STUDENTS = ("partial", "total")
TASKS = ("assin2_similarity", "assin2_entailment", "tweetsentbr")
SAMPLE = Generated(corpus=True, tasks=dict.fromkeys(TASKS, True), stand_ins=["teacher", "base"])
REAL = Generated(corpus=False, tasks=dict.fromkeys(TASKS, False), stand_ins=[])
HOSTILE = "<script>alert(1)</script> ``` **not bold** | <b>no</b> ![x](http://localhost/x.png)"  # text from the web
QUALITY = {"teacher": 0.8, "base": 0.4, "untrained": 0.3, "partial": 0.55, "total": 0.65}


def evaluation(quality: float) -> dict[str, Any]:
    tuned = {"seeds": 3, "f1_sd": 0.012, "accuracy_sd": 0.01}
    classes = {
        "frozen": {"f1": quality - 0.05, "accuracy": quality},
        "finetune_matched": tuned | {"f1_mean": quality, "accuracy_mean": quality},
        "selection_matched": {"learning_rate": 0.001, "dropout": 0.0},
        "finetune_cls": tuned | {"f1_mean": quality - 0.2, "accuracy_mean": quality - 0.2},
    }
    correlated = {"seeds": 3, "pearson_sd": 0.02, "mse_mean": 0.5, "mse_sd": 0.03}
    return {
        "mlm": {"loss": 6 - 5 * quality, "masked_tokens": 12345},
        "words": {
            "bits_per_character": 4 - 3 * quality,
            "accuracy": quality / 2,
            "accuracy_at_5": quality * 0.8,
            "words": 1000,
            "unknown_words": 1,
        },
        "assin2_similarity": {
            "frozen": {"pearson": quality - 0.1, "mse": 1 - quality, "pearson_low": 0.25, "pearson_high": 0.75},
            "finetune_matched": correlated | {"pearson_mean": quality},
            "finetune_cls": correlated | {"pearson_mean": quality - 0.2},
        },
        "assin2_entailment": classes,
        "tweetsentbr": classes,
    }


def comparisons() -> dict[str, Any]:
    """Every pair once, in the order of QUALITY; differences below 0.12 are no evidence of a difference."""
    names = list(QUALITY)
    pairs = {
        left: {right: _difference(QUALITY[left] - QUALITY[right]) for right in names[place + 1 :]}
        for place, left in enumerate(names[:-1])
    }
    pairs["total"] = {"overlap_features": _difference(-0.3), "char_ngrams": _difference(-0.2)}
    gaps = {
        name: {"value": 2 * (QUALITY[name] - 0.3), "low": 2 * QUALITY[name] - 0.7, "high": 2 * QUALITY[name] - 0.5}
        for name in ("base", *STUDENTS)
    }
    found: dict[str, Any] = {task: {"frozen": pairs, "finetune_matched": pairs} for task in TASKS}
    return found | {"gap_recovered": {task: {"frozen": gaps, "finetune_matched": {}} for task in TASKS}}


def _difference(difference: float) -> dict[str, Any]:
    verdict = "no difference shown" if abs(difference) < 0.12 else "better" if difference > 0 else "worse"
    return {"difference": difference, "low": difference - 0.12, "high": difference + 0.12, "verdict": verdict}


def efficiency() -> dict[str, Any]:
    def cost(times: float) -> dict[str, Any]:
        speeds = {
            str(length): {"p50_ms": times * length / 16, "p95_ms": times * length / 12, "texts_per_s": 3000 / times}
            for length in (32, 128)
        }
        return {"parameters": int(1_500_000 * times), "bytes": int(6_000_000 * times), "lengths": speeds}

    models = {name: cost(4.0 if name == "teacher" else 1.0) for name in QUALITY}
    models["total"]["encoder"] = {"onnx_int8": {key: cost(0.25)[key] for key in ("bytes", "lengths")}}
    return {"threads": 2, "machine": "a test", "models": models}


def write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


@pytest.fixture
def metrics(tmp_path: Path) -> Path:
    """The folder metrics/ as the pipeline writes it, in tmp_path next to the other inputs of the report."""
    return write_project(tmp_path)


@pytest.fixture
def report_data(metrics: Path) -> ReportData:
    """Everything the report on `metrics` shows."""
    return read_report_data(metrics)


@pytest.fixture(scope="session")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    """The report on `report_data`, drawn once because drawing takes seconds."""
    return compose(read_report_data(write_project(tmp_path_factory.mktemp("project"))))


def write_project(project: Path) -> Path:
    folder = project / "metrics"
    for name, quality in QUALITY.items():
        write(folder / name / "evaluate.json", evaluation(quality))
    for name in STUDENTS:
        final = {"loss": 3.1, "mlm": 2.5} | ({"kl": 0.6} if name == "total" else {})
        training = {"validation_mlm_start": 7.5, "validation_mlm": 2.6, "final": final, "steps": 40, "tokens": 40960}
        write(folder / name / "distill.json", training)
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
        name: {"train": {"rows": 90}, "test": {"rows": 30}, "skipped": {}, "baselines": baselines}
        for name, baselines in names.items()
    }
    write(folder / "tasks.json", tasks)
    write(folder / "compare.json", comparisons())
    funnel = "rule,documents_dropped,documents_left\ntoo_short,10,90\nnear_duplicate,10,80\n"
    (folder / "funnel.csv").write_text(funnel, encoding="utf-8")
    for name, counts in {
        "download": {"documents": 100},
        "clean": {"documents": 100, "repairs": {"urls": {"documents": 4}, "markup": {"documents": 2}}},
        "select": {"documents_out": 80},
        "split": {"train": {"documents": 72}, "test": {"documents": 8}},
    }.items():
        write(folder / f"{name}.json", counts)
    write(project / "data/efficiency.json", efficiency())
    examples = [
        {"rule": "too_short", "doc_id": "a", "cluster": 0, "text": "Curto."},
        {"rule": "near_duplicate", "doc_id": "b", "cluster": 1, "text": HOSTILE},
        {"rule": "near_duplicate", "doc_id": "c", "cluster": 1, "text": "palavra " * 100},
    ]
    lines = "".join(json.dumps(example) + "\n" for example in examples)
    (project / "data/select").mkdir()
    (project / "data/select/examples.jsonl").write_text(lines, encoding="utf-8")
    seal(project / "data/select")
    lock = {
        "tasks": {
            "deps": [{"path": "stages/tasks.py", "md5": "a" * 32}],
            "outs": [{"path": "data/tasks", "md5": "b.dir"}],
        },
        "evaluate@total": {"deps": [{"path": "models/total/distilled", "md5": "c"}]},
        "evaluate@gone": {},
        "report": {},
    }
    write(project / "dvc.lock", {"schema": "2.0", "stages": lock})  # JSON is YAML
    return folder


def read_report_data(metrics: Path) -> ReportData:
    students = {name: {"distill": {"losses": {"mlm": 2.0}, "epochs": 0.5}} for name in STUDENTS}
    students["total"]["distill"] = {"losses": {"mlm": 2.0, "kl": 5.0}, "epochs": 0.9}
    return ReportData(
        results=read_results(metrics, STUDENTS, TASKS),
        comparisons=read_comparisons(metrics / "compare.json", TASKS),
        efficiency=read_efficiency(metrics.parent / "data/efficiency.json", QUALITY),
        curves={name: read_curve(metrics / "training" / f"{name}.csv", "") for name in STUDENTS},
        params={"seed": 13, "students": students},
        generated=SAMPLE,
        counts={"split": {"train": {"documents": 72}, "test": {"documents": 8}}},
        funnel=read_funnel(metrics / "funnel.csv"),
        examples=read_examples(metrics.parent / "data/select/examples.jsonl"),
        versions=provenance_table(metrics.parent / "dvc.lock", STUDENTS),
    )
