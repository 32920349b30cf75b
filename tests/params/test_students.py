from pathlib import Path
from typing import Any

import pytest
import yaml

from tinypt.params.loader import load
from tinypt.params.students import Shape, Student
from tinypt.runtime.errors import PipelineError

TOTAL: dict[str, Any] = {
    "init": {
        "tokenizer": "teacher",
        "vocabulary": "full",
        "embeddings": "random",
        "encoder": "random",
        "architecture": None,
    },
    "distill": {
        "losses": {"mlm": 2.0, "kl": 5.0, "cosine": 1.0},
        "temperature": 2.0,
        "alignment": "token",
        "layers": None,
        "relation_heads": None,
        "targets": "live",
        "sentences": "none",
        "sentences_per_block": None,
        "masking": "pieces",
        "epochs": 3,
        "batch_size": 32,
        "accumulation": 1,
        "precision": "fp32",
        "compile": False,
        "learning_rate": 0.001,
        "warmup": 0.05,
        "weight_decay": 0.01,
        "clip": 1.0,
        "mask_probability": [0.15, 0.15],
        "validation_blocks": 64,
    },
}

ALONE = {"temperature": None, "alignment": None}
RELATIONS = ALONE | {"losses": {"relations": 1.0}, "layers": [[1, 2]], "relation_heads": 4}
BASE = {"tokenizer": "base", "embeddings": "base"}

SEMANTIC = ALONE | {"losses": {"mlm": 1.0, "sentence": 1.0}, "sentences": "stored", "sentences_per_block": 8}
SHAPE = {"layers": 3, "hidden": 60, "heads": 2, "feed_forward": 96}


def _load(tmp_path: Path, **changes: Any) -> Student:
    block = {"init": dict(TOTAL["init"]), "distill": dict(TOTAL["distill"])}
    for key, value in changes.items():
        part = "init" if key in block["init"] else "distill"
        block[part][key] = value
    path = tmp_path / "params.yaml"
    path.write_text(yaml.safe_dump({"students": {"mine": block}}), encoding="utf-8")
    student: Student = load("students.mine", Student, path)
    return student


def test_a_valid_block_is_read(tmp_path: Path) -> None:
    student = _load(tmp_path)
    assert student.distill.losses == {"mlm": 2.0, "kl": 5.0, "cosine": 1.0}
    assert student.distill.epochs == 3.0


def test_layer_pairs_are_read(tmp_path: Path) -> None:
    student = _load(tmp_path, **RELATIONS | {"layers": [[1, 2], [2, 3]]})
    assert student.distill.layers == ((1, 2), (2, 3))
    assert student.distill.relation_heads == 4


def test_sentences_go_with_cached_targets_and_with_no_other_term(tmp_path: Path) -> None:
    losses = {"kl": 5.0, "sentence": 1.0, "similarity": 20.0}
    assert _load(tmp_path, **SEMANTIC | {"losses": losses, "temperature": 2.0, "targets": "cached"})
    assert _load(tmp_path, **SEMANTIC | {"losses": {"similarity": 20.0}}).distill.sentences_per_block == 8


def test_a_shape_is_read(tmp_path: Path) -> None:
    student = _load(tmp_path, architecture=SHAPE, embeddings="teacher_pca_weighted", encoder="neighbours")
    assert student.init.architecture == Shape(3, 60, 2, 96)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"tokenizer": "base", "embeddings": "base"},
            r"students\.mine\.distill\.losses\.kl: compares token by token",
        ),
        (
            {"embeddings": "base"},
            r"init\.embeddings: must be one of teacher, teacher_pca, teacher_pca_weighted, fvt, random",
        ),
        ({"temperature": None}, r"distill\.temperature: must not be null"),
        ({"losses": {"mlm": 1.0}, "alignment": None}, r"distill\.temperature: must be null"),
        ({"losses": {"kl": 1.0}}, r"distill\.alignment: must be null"),
        ({"losses": {}}, r"distill\.losses: must name at least one"),
        ({"losses": {"mlm": 1.0, "kd": 1.0}}, r"distill\.losses\.kd: unknown term"),
        ({"losses": {"mlm": 0.0}}, r"distill\.losses\.mlm: must be greater than 0"),
        ({"alignment": "word"}, r"distill\.alignment: word is for two different tokenizers"),
        ({"alignment": "piece"}, r"distill\.alignment: must be one of token, word, sentence"),
        ({"losses": {"hidden": 1.0}} | ALONE, r"distill\.layers: must not be null, since losses\.hidden uses it"),
        ({"losses": {"relations": 1.0}} | ALONE, r"distill\.layers: must not be null, since losses\.relations uses it"),
        (
            {"losses": {"relations": 1.0}, "layers": [[2, 3]]} | ALONE,
            r"distill\.relation_heads: must not be null, since losses\.relations uses it",
        ),
        (
            {"layers": [[1, 2]]},
            r"distill\.layers: must be null, since only losses\.hidden or losses\.relations uses it",
        ),
        (
            {"losses": {"hidden": 1.0}, "layers": [[1, 2]], "relation_heads": 4} | ALONE,
            r"distill\.relation_heads: must be null, since only losses\.relations uses it",
        ),
        (
            RELATIONS | {"targets": "cached"},
            r"distill\.targets: losses\.relations cannot use cached outputs",
        ),
        ({"targets": "cached"}, r"distill\.targets: cached has no token vectors; use live, or alignment: sentence"),
        (
            ALONE | {"losses": {"mlm": 1.0}, "targets": "cached"},
            r"distill\.targets: must be live, since no term in losses uses the teacher",
        ),
        (SEMANTIC | {"targets": "cached"}, r"distill\.targets: must be live, since no term in losses uses"),
        (SEMANTIC | {"sentences": "none"}, r"distill\.sentences: must not be none, since losses\.sentence uses it"),
        (
            {"sentences": "stored"},
            r"distill\.sentences: must be none, since only losses\.sentence or losses\.similarity uses it",
        ),
        (
            SEMANTIC | {"losses": {"similarity": 20.0}, "sentences_per_block": None},
            r"distill\.sentences_per_block: must not be null, since losses\.similarity uses it",
        ),
        ({"sentences_per_block": 8}, r"distill\.sentences_per_block: must be null"),
        (SEMANTIC | {"sentences_per_block": 0}, r"distill\.sentences_per_block: must be greater than 0"),
        (
            {"targets": "cached", "alignment": "sentence", "vocabulary": "trimmed"},
            r"distill\.targets: must be live with init\.vocabulary: trimmed",
        ),
        ({"masking": "spans"}, r"distill\.masking: must be one of pieces, words"),
        ({"targets": "stored"}, r"distill\.targets: must be one of live, cached"),
        (RELATIONS | {"relation_heads": 0}, r"distill\.relation_heads: must be greater than 0"),
        (RELATIONS | {"layers": []}, r"distill\.layers: must name at least one pair"),
        (RELATIONS | {"layers": [[1, 1], [0, 2]]}, r"distill\.layers\[1\]: must be \[student layer, teacher layer\]"),
        (RELATIONS | {"layers": [[1, 2, 3]]}, r"distill\.layers\[0\]: must be \[student layer, teacher layer\]"),
        (RELATIONS | {"layers": [1, 2]}, r"distill\.layers\[0\]: must be a list, is 1"),
        (
            {"architecture": SHAPE, "encoder": "base"},
            r"init\.encoder: base are weights of BERT-tiny's shape; set architecture to null",
        ),
        (
            {"architecture": SHAPE | {"heads": 20}, "encoder": "neighbours"},
            r"init\.encoder: neighbours needs an even head size, is 3",
        ),
        ({"architecture": SHAPE | {"heads": 7}}, r"init\.architecture\.heads: must divide hidden \(60\), is 7"),
        ({"architecture": SHAPE | {"layers": 0}}, r"init\.architecture\.layers: must be greater than 0"),
        ({"architecture": "base"}, r"init\.architecture: must be a mapping, is 'base'"),
        (
            {"losses": {"hidden": 1.0}, "layers": [[1, 2]]} | ALONE | BASE,
            r"distill\.losses\.hidden: compares token by token",
        ),
        ({"vocabulary": "trimmed"} | BASE, r"init\.vocabulary: must be full with tokenizer: base"),
        ({"learning_rate": "1e-3"}, r"distill\.learning_rate: must be a finite number, is '1e-3'"),
        ({"mask_probability": [0.3, 1.5]}, r"distill\.mask_probability: must be two shares in \(0, 1\)"),
        ({"mask_probability": [0.15]}, r"distill\.mask_probability: must be two shares"),
        ({"accumulation": 0}, r"distill\.accumulation: must be greater than 0"),
        ({"warmup": 1.0}, r"distill\.warmup: must be a share"),
        ({"batch_size": 0}, r"distill\.batch_size: must be greater than 0"),
    ],
)
def test_mistakes_are_refused(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(PipelineError, match=message):
        _load(tmp_path, **changes)


def test_word_alignment_needs_the_base_tokenizer(tmp_path: Path) -> None:
    losses = {"mlm": 1.0, "cosine": 1.0}
    _load(tmp_path, tokenizer="base", embeddings="base", losses=losses, temperature=None, alignment="word")
    with pytest.raises(PipelineError, match=r"alignment: token needs"):
        _load(tmp_path, tokenizer="base", embeddings="base", losses=losses, temperature=None, alignment="token")
