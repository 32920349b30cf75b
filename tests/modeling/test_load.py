"""Loading models in the file layouts of the published ones."""

import json
import re
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForMaskedLM, AutoTokenizer, BertForMaskedLM, PreTrainedTokenizerBase

from tests.families import POSITIONS, publish
from tinypt.files import CHECKSUMS
from tinypt.modeling.forward import encode, encode_layers, score
from tinypt.modeling.load import load_model, load_published, save_model
from tinypt.modeling.types import HEADS, WORDPIECE, longest_text
from tinypt.runtime.errors import PipelineError
from tinypt.tokens.blocks import encode as encode_pieces
from tinypt.tokens.load import load_tokenizer
from tinypt.tokens.masking import SpecialIds


@pytest.fixture
def bertimbau_layout(tmp_path: Path, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase) -> Path:
    """config.json, vocab.txt, pytorch_model.bin and do_lower_case, as published for BERTimbau."""
    folder = tmp_path / "bertimbau"
    folder.mkdir()
    config = teacher.config.to_dict() | {"architectures": ["BertForMaskedLM"]}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "tokenizer_config.json").write_text('{"do_lower_case": false}', encoding="utf-8")
    _write_vocabulary(folder, cased)
    torch.save(teacher.state_dict(), folder / "pytorch_model.bin")
    return folder


@pytest.fixture
def bert_tiny_layout(tmp_path: Path, base: BertForMaskedLM, uncased: PreTrainedTokenizerBase) -> Path:
    """config.json without model_type, vocab.txt and pytorch_model.bin, as published for BERT-tiny."""
    folder = tmp_path / "bert-tiny"
    folder.mkdir()
    keys = [
        "hidden_size",
        "hidden_act",
        "initializer_range",
        "vocab_size",
        "hidden_dropout_prob",
        "num_attention_heads",
        "type_vocab_size",
        "max_position_embeddings",
        "num_hidden_layers",
        "intermediate_size",
        "attention_probs_dropout_prob",
    ]
    config = {key: base.config.to_dict()[key] for key in keys}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    _write_vocabulary(folder, uncased)
    torch.save(base.state_dict(), folder / "pytorch_model.bin")
    return folder


def _write_vocabulary(folder: Path, tokenizer: PreTrainedTokenizerBase) -> None:
    pieces = sorted(tokenizer.get_vocab(), key=tokenizer.get_vocab().get)
    (folder / "vocab.txt").write_text("".join(f"{piece}\n" for piece in pieces), encoding="utf-8")


def _same(first: BertForMaskedLM, second: BertForMaskedLM) -> bool:
    ids = torch.randint(5, first.config.vocab_size, (2, 12), generator=torch.Generator().manual_seed(0))
    return torch.equal(first.eval()(ids).logits, second.eval()(ids).logits)


def test_bertimbaus_layout(bertimbau_layout: Path, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase) -> None:
    model, tokenizer = load_published(str(bertimbau_layout), None, cased=True)
    assert _same(model, teacher)
    assert tokenizer("João comeu a maçã.")["input_ids"] == cased("João comeu a maçã.")["input_ids"]
    assert tokenizer.model_max_length == 64


def test_bert_tinys_layout(bert_tiny_layout: Path, base: BertForMaskedLM, uncased: PreTrainedTokenizerBase) -> None:
    model, tokenizer = load_published(str(bert_tiny_layout), None, cased=False)
    assert _same(model, base)
    assert tokenizer("João")["input_ids"] == uncased("joao")["input_ids"]


def test_a_saved_model_loads_with_the_auto_classes(
    tmp_path: Path, bert_tiny_layout: Path, base: BertForMaskedLM, uncased: PreTrainedTokenizerBase
) -> None:
    save_model(*load_published(str(bert_tiny_layout), None, cased=False), tmp_path / "saved")
    assert sorted(path.name for path in (tmp_path / "saved").iterdir()) == [
        CHECKSUMS,
        "config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
        "vocab.txt",
    ]
    assert _same(AutoModelForMaskedLM.from_pretrained(tmp_path / "saved"), base)
    assert AutoTokenizer.from_pretrained(tmp_path / "saved")("João")["input_ids"] == uncased("João")["input_ids"]
    assert _same(load_model(tmp_path / "saved"), base)
    assert load_tokenizer(tmp_path / "saved").get_vocab() == uncased.get_vocab()
    tied = [name for name in load_file(tmp_path / "saved/model.safetensors") if name.endswith("decoder.weight")]
    assert tied == []  # the head is the embedding table; it is stored once


def test_a_pickle_that_runs_code_is_refused(bertimbau_layout: Path, tmp_path: Path) -> None:
    class Attack:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path.touch, (tmp_path / "owned",))  # type: ignore[return-value]

    torch.save({"bert.embeddings.word_embeddings.weight": Attack()}, bertimbau_layout / "pytorch_model.bin")
    with pytest.raises(PipelineError, match="cannot be loaded"):
        load_published(str(bertimbau_layout), None, cased=True)
    assert not (tmp_path / "owned").exists()


def test_missing_and_damaged_folders_are_named(
    tmp_path: Path, base: BertForMaskedLM, uncased: PreTrainedTokenizerBase
) -> None:
    with pytest.raises(PipelineError, match="no model here"):
        load_model(tmp_path / "nowhere")
    with pytest.raises(PipelineError, match="no tokenizer here"):
        load_tokenizer(tmp_path / "nowhere")
    save_model(base, uncased, tmp_path / "model")
    (tmp_path / "model" / CHECKSUMS).unlink()
    (tmp_path / "model/tokenizer.json").write_text("{")
    with pytest.raises(PipelineError, match=r"model: its tokenizer cannot be loaded .*run the stage"):
        load_tokenizer(tmp_path / "model")
    weights = tmp_path / "model/model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(PipelineError, match="cannot be loaded"):
        load_model(tmp_path / "model")


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"])
def test_a_flipped_byte_or_a_missing_file_is_named(
    tmp_path: Path, base: BertForMaskedLM, uncased: PreTrainedTokenizerBase, name: str
) -> None:
    save_model(base, uncased, tmp_path / "model")
    load = load_tokenizer if name.startswith("tokenizer") else load_model
    content = bytearray((tmp_path / "model" / name).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "model" / name).write_bytes(content)
    with pytest.raises(PipelineError, match=rf"model/{name}: damaged"):
        load(tmp_path / "model")
    (tmp_path / "model" / name).unlink()
    with pytest.raises(PipelineError, match=r"dvc repro"):
        load(tmp_path / "model")


def test_missing_weights_are_refused(
    tmp_path: Path,
    bertimbau_layout: Path,
    teacher: BertForMaskedLM,
    base: BertForMaskedLM,
    uncased: PreTrainedTokenizerBase,
) -> None:
    weights = {name: value for name, value in teacher.state_dict().items() if "transform.dense.weight" not in name}
    torch.save(weights, bertimbau_layout / "pytorch_model.bin")
    with pytest.raises(PipelineError, match=r"lack cls\.predictions\.transform\.dense\.weight"):
        load_published(str(bertimbau_layout), None, cased=True)
    save_model(base, uncased, tmp_path / "model")
    kept = load_file(tmp_path / "model/model.safetensors")
    del kept["bert.embeddings.LayerNorm.weight"]
    save_file(kept, tmp_path / "model/model.safetensors", metadata={"format": "pt"})
    (tmp_path / "model" / CHECKSUMS).unlink()
    with pytest.raises(PipelineError, match=r"lack bert\.embeddings\.LayerNorm\.weight"):
        load_model(tmp_path / "model")


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_matrix_of_one_number_is_refused(bertimbau_layout: Path, teacher: BertForMaskedLM, value: float) -> None:
    weights = teacher.state_dict()
    weights["bert.embeddings.token_type_embeddings.weight"].fill_(0.0)  # as RoBERTa has them
    torch.save(weights, bertimbau_layout / "pytorch_model.bin")
    load_published(str(bertimbau_layout), None, cased=True)
    weights["bert.encoder.layer.1.output.dense.weight"].fill_(value)
    torch.save(weights, bertimbau_layout / "pytorch_model.bin")
    with pytest.raises(PipelineError, match=rf"layer\.1\.output\.dense\.weight are all {value:g}; download"):
        load_published(str(bertimbau_layout), None, cased=True)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"num_hidden_layers": 0}, r"config\.json has 0 layers \(num_hidden_layers\)"),
        ({"is_decoder": True}, r"config\.json has is_decoder: true"),
    ],
)
def test_a_config_of_no_encoder_is_refused(bertimbau_layout: Path, changes: dict[str, object], message: str) -> None:
    path = bertimbau_layout / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes), encoding="utf-8")
    with pytest.raises(PipelineError, match=message):
        load_published(str(bertimbau_layout), None, cased=True)


def test_the_message_about_a_pickled_module_is_one_plain_line(bertimbau_layout: Path, teacher: BertForMaskedLM) -> None:
    torch.save(teacher, bertimbau_layout / "pytorch_model.bin")
    with pytest.raises(PipelineError, match="cannot be loaded") as refused:
        load_published(str(bertimbau_layout), None, cased=True)
    assert str(refused.value).isprintable()


def test_weights_that_are_not_finite_are_refused(bertimbau_layout: Path, teacher: BertForMaskedLM) -> None:
    weights = teacher.state_dict()
    weights["bert.encoder.layer.1.output.dense.weight"][0, 0] = float("nan")
    torch.save(weights, bertimbau_layout / "pytorch_model.bin")
    with pytest.raises(PipelineError, match=r"layer\.1\.output\.dense\.weight are not all finite"):
        load_published(str(bertimbau_layout), None, cased=True)


def test_a_configuration_of_another_size_is_named(bertimbau_layout: Path) -> None:
    config = json.loads((bertimbau_layout / "config.json").read_text(encoding="utf-8"))
    (bertimbau_layout / "config.json").write_text(json.dumps(config | {"intermediate_size": 80}), encoding="utf-8")
    with pytest.raises(PipelineError, match=r"have the shape \(96.*\), by its config.json \(80"):
        load_published(str(bertimbau_layout), None, cased=True)


def test_a_vocabulary_larger_than_the_embeddings_is_refused(bertimbau_layout: Path) -> None:
    with (bertimbau_layout / "vocab.txt").open("a", encoding="utf-8") as file:
        file.write("sobrando\n")
    with pytest.raises(PipelineError, match="embeddings only"):
        load_published(str(bertimbau_layout), None, cased=True)


@pytest.mark.parametrize("kind", HEADS)
def test_every_type_of_teacher(tmp_path: Path, texts: list[str], kind: str) -> None:
    publish(kind, tmp_path / "published", texts)
    model, tokenizer = load_published(str(tmp_path / "published"), None, cased=True)
    assert tokenizer.model_max_length == longest_text(model.config) == POSITIONS
    save_model(model, tokenizer, tmp_path / "model")
    assert (tmp_path / "model/vocab.txt").exists() == (kind in WORDPIECE)
    ours, original = load_model(tmp_path / "model").eval(), AutoModelForMaskedLM.from_pretrained(tmp_path / "published")
    ids = torch.tensor([load_tokenizer(tmp_path / "model")(texts[:3], padding="max_length")["input_ids"]][0])
    assert ids.shape == (3, POSITIONS)
    special = SpecialIds.of(tokenizer)
    with torch.no_grad():
        expected = original.eval()(input_ids=ids, attention_mask=(ids != special.pad).long()).logits
        layers = encode_layers(ours, ids, special)
        assert torch.equal(layers[-1], encode(ours, ids, special))
        real = (ids != special.pad).flatten()
        logits = score(ours, layers[-1], torch.arange(ids.numel()))
    assert len(layers) == 1 + model.config.num_hidden_layers
    torch.testing.assert_close(logits[real], expected.flatten(0, 1)[real])


@pytest.mark.parametrize("kind", ["bert", "roberta"])
def test_a_tokenizers_own_truncation_and_padding_are_switched_off(tmp_path: Path, texts: list[str], kind: str) -> None:
    """Exports of sentence-transformers hold both. Corpora were cut to the first pieces of each document."""
    publish(kind, tmp_path / "published", texts)
    path = tmp_path / "published/tokenizer.json"
    limits = {
        "truncation": {"direction": "Right", "max_length": 4, "strategy": "LongestFirst", "stride": 0},
        "padding": {
            **{"strategy": {"Fixed": 16}, "direction": "Left", "pad_to_multiple_of": None},
            **{"pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]"},
        },
    }
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | limits), encoding="utf-8")
    model, tokenizer = load_published(str(tmp_path / "published"), None, cased=True)
    whole = tokenizer(texts[0], add_special_tokens=False)["input_ids"]
    assert len(whole) > 16
    assert list(next(encode_pieces(texts[:1], tokenizer)).ids)[:-1] == whole
    save_model(model, tokenizer, tmp_path / "model")
    assert list(next(encode_pieces(texts[:1], load_tokenizer(tmp_path / "model"))).ids)[:-1] == whole


def test_one_token_in_two_roles_is_refused(tmp_path: Path, texts: list[str]) -> None:
    publish("modernbert", tmp_path, texts)
    path = tmp_path / "tokenizer_config.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {"pad_token": "[SEP]"}), encoding="utf-8")
    with pytest.raises(PipelineError, match="its tokenizer has one token for two of"):
        load_published(str(tmp_path), None, cased=True)


@pytest.mark.parametrize("padding", [None, 0])
def test_a_configuration_that_pads_otherwise_is_refused(tmp_path: Path, texts: list[str], padding: int | None) -> None:
    """RoBERTa counts positions from the id of padding."""
    publish("roberta", tmp_path, texts)
    path = tmp_path / "config.json"
    config = json.loads(path.read_text(encoding="utf-8")) | {"pad_token_id": padding}
    path.write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(PipelineError, match=r"pads with the id 1, its config\.json says 0|cannot be loaded"):
        load_published(str(tmp_path), None, cased=True)


def test_a_tokenizer_without_a_mask_is_refused(tmp_path: Path, texts: list[str]) -> None:
    publish("modernbert", tmp_path, texts)
    for name in ("tokenizer_config.json", "special_tokens_map.json"):
        if (tmp_path / name).exists():
            parts = json.loads((tmp_path / name).read_text(encoding="utf-8"))
            parts.pop("mask_token", None)
            (tmp_path / name).write_text(json.dumps(parts), encoding="utf-8")
    with pytest.raises(PipelineError, match="its tokenizer has no mask_token, which masked language modelling needs"):
        load_published(str(tmp_path), None, cased=True)


def test_a_vocabulary_that_does_not_fit_sixteen_bits_is_refused(
    tmp_path: Path, texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish("xlm-roberta", tmp_path, texts)
    monkeypatch.setattr("tinypt.tokens.pieces.LARGEST_VOCABULARY", 50)
    with pytest.raises(PipelineError, match=r"a vocabulary of [0-9]+ does not fit 16-bit token files"):
        load_published(str(tmp_path), None, cased=True)


@pytest.mark.parametrize("kind", ["gpt2", "t5", "mpnet", "BERT"])
def test_types_that_later_stages_cannot_use_are_refused_at_once(bertimbau_layout: Path, kind: str) -> None:
    config = json.loads((bertimbau_layout / "config.json").read_text(encoding="utf-8"))
    (bertimbau_layout / "config.json").write_text(json.dumps(config | {"model_type": kind}), encoding="utf-8")
    with pytest.raises(PipelineError, match=f"is a model of type {kind}; these can be used: albert, bert, "):
        load_published(str(bertimbau_layout), None, cased=True)


@pytest.mark.parametrize(
    ("missing", "message"),
    [("vocab.txt", r"has none of tokenizer.json, vocab.txt"), ("config.json", "has no config.json")],
)
def test_an_incomplete_download_is_refused(bertimbau_layout: Path, missing: str, message: str) -> None:
    (bertimbau_layout / missing).unlink()
    with pytest.raises(PipelineError, match=message):
        load_published(str(bertimbau_layout), None, cased=True)


def test_a_vocabulary_of_another_model_is_refused(bertimbau_layout: Path) -> None:
    path = bertimbau_layout / "vocab.txt"
    lines = path.read_text(encoding="utf-8").split("\n")
    path.write_text("\n".join(lines[: len(lines) // 3]), encoding="utf-8")
    with pytest.raises(PipelineError, match="this is not its own vocabulary"):
        load_published(str(bertimbau_layout), None, cased=True)


def test_a_published_vocabulary_with_a_repeated_line_is_refused(bertimbau_layout: Path) -> None:
    path = bertimbau_layout / "vocab.txt"
    lines = path.read_text(encoding="utf-8").split("\n")
    path.write_text("\n".join([*lines[:20], lines[10], *lines[21:]]), encoding="utf-8")
    with pytest.raises(PipelineError, match=rf"vocab.txt: line 21 repeats line 11 \({re.escape(lines[10])}\)"):
        load_published(str(bertimbau_layout), None, cased=True)


def test_a_tokenizer_whose_ids_have_gaps_is_refused(
    tmp_path: Path, teacher: BertForMaskedLM, cased: PreTrainedTokenizerBase
) -> None:
    save_model(teacher, cased, tmp_path / "model")
    (tmp_path / "model/vocab.txt").unlink()
    parts = json.loads((tmp_path / "model/tokenizer.json").read_text(encoding="utf-8"))
    parts["model"]["vocab"].pop(next(reversed(parts["model"]["vocab"])), None)
    last = max(parts["model"]["vocab"].values())
    parts["model"]["vocab"] = {p: i + 3 * (i == last) for p, i in parts["model"]["vocab"].items()}
    (tmp_path / "model/tokenizer.json").write_text(json.dumps(parts), encoding="utf-8")
    with pytest.raises(PipelineError, match="ids may not have gaps"):
        load_published(str(tmp_path / "model"), None, cased=True)


def test_a_pointer_of_git_lfs_is_named(bertimbau_layout: Path) -> None:
    (bertimbau_layout / "pytorch_model.bin").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    with pytest.raises(PipelineError, match=r"pytorch_model.bin: is a Git LFS pointer.*git lfs pull"):
        load_published(str(bertimbau_layout), None, cased=True)
