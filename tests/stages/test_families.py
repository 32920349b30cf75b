"""A teacher of every type, from its published files to a student's release, by the stages."""

import csv
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from transformers import AutoTokenizer, pipeline

from stages import base, distill, evaluate, export, student, targets, teacher, tokenize
from tests.conftest import sample_params, seal
from tests.families import publish
from tests.stages.test_distill import MINE
from tinypt.evaluation.tasks.table import Split, TaskData, write_task
from tinypt.files import read_json
from tinypt.inference.model import Model
from tinypt.modeling.types import HEADS
from tinypt.runtime.errors import PipelineError

LENGTH = 24
TERMS = {"mlm": 1.0, "kl": 1.0, "cosine": 1.0, "hidden": 1.0}
NO_SENTENCES = {"sentences": "none", "sentences_per_block": None}


def _params(folder: Path) -> dict[str, Any]:
    params = sample_params()
    hub = {"source": "hub", "revision": None, "cased": True}
    total = {
        "init": MINE["init"],
        "distill": MINE["distill"] | NO_SENTENCES | {"losses": TERMS, "masking": "words", "relation_heads": None},
    }
    fvt = {"tokenizer": "teacher", "vocabulary": "full", "embeddings": "fvt", "encoder": "base", "architecture": None}
    paired = {"losses": {"mlm": 1.0, "cosine": 1.0}, "alignment": "word", "layers": None, "targets": "cached"}
    partial = {
        "init": fvt | {"tokenizer": "base", "embeddings": "base"},
        "distill": MINE["distill"] | NO_SENTENCES | paired | {"temperature": None, "relation_heads": None},
    }
    finetune = {
        "heads": ["matched", "cls"],
        "learning_rates": [1e-3],
        "folds": 2,
        "epochs": 1,
        "seeds": [1],
        "joint": [],
    }
    return params | {
        "teacher": hub | {"id": str(folder / "teacher")},
        "base": hub | {"id": str(folder / "base")},
        "targets": {"teacher": None, "base": {"alignment": "word", "width": 16, "precision": "fp32"}},
        "tokenize": params["tokenize"] | {"length": LENGTH},
        "tasks": {"pairs": params["tasks"]["assin2_entailment"]},
        "students": {
            "total": total,
            "partial": partial,
            "fvt": {"init": fvt, "distill": total["distill"] | {"layers": [[1, 1]]}},
        },
        "evaluate": params["evaluate"]
        | {"mlm_blocks": 8, "sentences": 12, "finetune": params["evaluate"]["finetune"] | finetune},
    }


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, texts: list[str]) -> Path:
    """The split, a task, and a base model in published files."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("torch.set_num_threads", lambda number: None)  # `teacher` sets it, for all later tests too
    publish("bert", tmp_path / "base", texts)
    for split in ("train", "test"):
        folder = tmp_path / "data/split" / split
        folder.mkdir(parents=True)
        columns = {"doc_id": list(map(str, range(len(texts)))), "title": texts, "uri": texts, "text": texts}
        pq.write_table(pa.table(columns), folder / "shard-00000.parquet")
    rows = [f"{text} {number}" for number, text in enumerate(texts[:24])]
    splits = [Split([f"{s}-{n}" for n in range(24)], rows, rows[::-1], ["sim", "não"] * 12) for s in ("train", "test")]
    write_task(TaskData(*splits), tmp_path / "data/tasks/pairs")
    seal(tmp_path / "data/split", tmp_path / "data/tasks")
    return tmp_path


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=[] if kind == "roberta" else pytest.mark.long) for kind in HEADS]
)
def test_a_student_of_every_type_of_teacher(project: Path, texts: list[str], kind: str) -> None:
    publish(kind, project / "teacher", texts)
    Path("params.yaml").write_text(yaml.safe_dump(_params(project)), encoding="utf-8")
    teacher.main()
    base.main()
    for name in ("teacher", "base"):
        tokenize.main(name)
    targets.main("base")
    for name in ("total", "partial", "fvt"):
        student.main(name)
        distill.main(name)
    evaluate.main("teacher", "models/teacher", "data/tokens/teacher")
    for name, tokens in (("total", "teacher"), ("partial", "base"), ("fvt", "teacher")):
        evaluate.main(name, f"models/{name}/distilled", f"data/tokens/{tokens}")
    scores = {name: read_json(Path(f"metrics/{name}/evaluate.json")) for name in ("teacher", "total", "partial", "fvt")}
    assert [metrics["words"]["unscored_words"] for metrics in scores.values()] == [0, 0, 0, 0]
    assert len({metrics["words"]["words"] for metrics in scores.values()}) == 1
    for name in ("total", "fvt"):
        with Path(f"metrics/training/{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert float(rows[-1]["loss"]) < float(rows[0]["loss"])
        export.main(name)
        release = Path("models") / name / "release"
        mask = AutoTokenizer.from_pretrained(release).mask_token
        text = "A menina comeu a [MASK] na cozinha."
        best = pipeline("fill-mask", model=str(release))(text.replace("[MASK]", mask))[0]
        guess = Model(release).fill(text)[0]
        assert guess.piece == AutoTokenizer.from_pretrained(release).convert_ids_to_tokens(best["token"])
        assert guess.probability == pytest.approx(best["score"], abs=0.02)
        assert f"A menina foi à {mask} com a mãe." in (release / "README.md").read_text(encoding="utf-8")


def test_vocabulary_trimmed_needs_berts_tokenizer(project: Path, texts: list[str]) -> None:
    publish("roberta", project / "teacher", texts)
    params = _params(project)
    params["students"]["total"]["init"] |= {"vocabulary": "trimmed"}
    Path("params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
    teacher.main()
    base.main()
    tokenize.main("teacher")
    with pytest.raises(PipelineError, match="vocabulary: trimmed needs a tokenizer that cuts text as BERT's does"):
        student.main("total")
