"""The repositories that params/brwac.yaml names, small, in the layouts that are published, from generated text."""

import io
import json
import random
from collections import OrderedDict
from functools import cache
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from safetensors.torch import load
from transformers import BertConfig, BertForPreTraining

from tests.conftest import ROOT
from tests.hub.server import Files, Repository
from tinypt.params.corpus import NoiseRates
from tinypt.params.loader import read_sections
from tinypt.sample.english import english_texts
from tinypt.sample.generator import sample_records
from tinypt.sample.pairs import make_pair
from tinypt.sample.tweets import make_tweet
from tinypt.tokens.vocabulary import train_vocabulary

PARAMS = read_sections(ROOT / "params/brwac.yaml")
NOISE = NoiseRates(**dict.fromkeys(NoiseRates.__dataclass_fields__, 0.0) | {"markup": 0.05, "exact_duplicates": 0.02})
FEELINGS = {1: "Positive", 0: "Neutral", -1: "Negative"}


def everything(documents: int, rows: int) -> dict[str, Repository]:
    """Every repository of params/brwac.yaml, by kind and id, at the commit that it names.

    `documents` are those of the corpus; `rows` are the training rows of each task, and the test rows.
    """
    corpus, teacher, base = (PARAMS[name] for name in ("corpus", "teacher", "base"))
    found = {
        f"datasets/{corpus['id']}": Repository({corpus["revision"]: crawlpt(documents)}),
        f"models/{teacher['id']}": Repository({teacher["revision"]: bertimbau()}),
        f"models/{base['id']}": Repository({base["revision"]: bert_tiny()}),
    }
    tables = {
        "nilc-nlp/assin2": assin2,
        "eduagarcia/tweetsentbr_fewshot": tweets,
        "eduagarcia/portuguese_benchmark": hatebr,
    }
    for task in PARAMS["tasks"].values():
        data = task["data"]
        found[f"datasets/{data['id']}"] = Repository({data["revision"]: tables[data["id"]](rows)})
    return found


@cache
def bertimbau() -> Files:
    """BERTimbau's files: vocab.txt, a pickle without the decoder's bias, a config.json of an old release."""
    vocabulary = train_vocabulary(lambda: [record.text for record in sample_records(200, NOISE, 5)], 700, cased=True)
    config = {
        **{"architectures": ["BertForMaskedLM"], "attention_probs_dropout_prob": 0.1, "directionality": "bidi"},
        **{"hidden_act": "gelu", "hidden_dropout_prob": 0.1, "hidden_size": 144, "initializer_range": 0.02},
        **{"intermediate_size": 288, "layer_norm_eps": 1e-12, "max_position_embeddings": 512, "model_type": "bert"},
        **{"num_attention_heads": 12, "num_hidden_layers": 12, "output_past": True, "pad_token_id": 0},
        **{"pooler_fc_size": 144, "pooler_type": "first_token_transform", "type_vocab_size": 2},
        "vocab_size": len(vocabulary),
    }
    weights = _weights(config, 1)
    del weights["cls.predictions.decoder.bias"]
    return {
        "config.json": json.dumps(config, indent=2).encode(),
        "vocab.txt": "\n".join(vocabulary).encode(),
        "pytorch_model.bin": _pickle(weights, new_format=False),
    }


@cache
def bert_tiny() -> Files:
    """BERT-tiny's files: a config.json without model_type, position_ids among the weights."""
    vocabulary = train_vocabulary(lambda: english_texts(100, 5), 500, cased=False)
    config = {
        **{"hidden_size": 128, "hidden_act": "gelu", "initializer_range": 0.02, "vocab_size": len(vocabulary)},
        **{"hidden_dropout_prob": 0.1, "num_attention_heads": 2, "type_vocab_size": 2, "max_position_embeddings": 512},
        **{"num_hidden_layers": 2, "intermediate_size": 512, "attention_probs_dropout_prob": 0.1},
    }
    weights = OrderedDict({"bert.embeddings.position_ids": torch.arange(512)[None], **_weights(config, 2)})
    return {
        ".gitattributes": b"*.bin filter=lfs\n",
        "README.md": b"---\nlanguage:\n- en\nlicense: mit\n---\n",
        "config.json": json.dumps(config).encode(),
        "pytorch_model.bin": _pickle(weights, new_format=True),
        "vocab.txt": "\n".join(vocabulary).encode(),
    }


def crawlpt(documents: int) -> Files:
    """CrawlPT's files: three configurations in README.md; the rows of brwac in three files."""
    meta = pa.struct([("docid", pa.string()), ("title", pa.string()), ("uri", pa.string())])
    schema = pa.schema([("id", pa.int64()), ("text", pa.string()), ("meta", meta)])
    rows = [
        {"id": number, "text": record.text, "meta": {"docid": record.doc_id, "title": record.title, "uri": record.uri}}
        for number, record in enumerate(sample_records(documents, NOISE, 7))
    ]
    files, each = {}, -(-documents // 3)
    for part in range(3):
        own = pa.Table.from_pylist(rows[part * each : (part + 1) * each], schema=schema)
        files[f"brwac/train-{part:05}-of-00003.parquet"] = _parquet(own, 100)
    for other in ("cc100", "OSCAR-2301"):
        files[f"{other}/train-00000-of-00001.parquet"] = _parquet(pa.Table.from_pylist(rows[:9], schema=schema), 100)
    strings = "".join(f"    - name: {name}\n      dtype: string\n" for name in ("docid", "title", "uri"))
    infos, configurations = "", ""
    for name, number in (("OSCAR-2301", 9), ("brwac", documents), ("cc100", 9)):
        infos += (
            f"- config_name: {name}\n  features:\n  - name: id\n    dtype: int64\n  - name: text\n    dtype: string\n"
        )
        infos += f"  - name: meta\n    struct:\n{strings}  splits:\n  - name: train\n    num_bytes: 1\n"
        infos += f"    num_examples: {number}\n  download_size: 1\n  dataset_size: 1\n"
        configurations += f"- config_name: {name}\n  data_files:\n  - split: train\n    path: {name}/train-*\n"
    card = f"---\ndataset_info:\n{infos}configs:\n{configurations}---\n"
    return {"README.md": card.encode(), ".gitattributes": b"*.parquet filter=lfs\n", **files}


def assin2(rows: int) -> Files:
    """ASSIN2's files: three splits, and entailment as a class label."""
    features = datasets.Features(
        {
            "sentence_pair_id": datasets.Value("int64"),
            "premise": datasets.Value("string"),
            "hypothesis": datasets.Value("string"),
            "relatedness_score": datasets.Value("float32"),
            "entailment_judgment": datasets.ClassLabel(names=["NONE", "ENTAILMENT"]),
        }
    )
    pairs = [make_pair(number % 2 == 0, random.Random(f"pair/{number}")) for number in range(3 * rows)]
    table = [
        dict(zip(features, (number, pair.premise, pair.hypothesis, pair.similarity, int(pair.entailment)), strict=True))
        for number, pair in enumerate(pairs)
    ]
    return _splits("data", ("train", "validation", "test"), table, rows, features)


def tweets(rows: int) -> Files:
    """The files of the 75 shots of TweetSentBR: strings alone."""
    features = datasets.Features({name: datasets.Value("string") for name in ("id", "sentence", "label")})
    made = [make_tweet(random.Random(f"tweet/{number}")) for number in range(2 * rows)]
    table = [
        {"id": str(number), "sentence": tweet.text, "label": FEELINGS[tweet.sentiment]}
        for number, tweet in enumerate(made)
    ]
    return _splits("data", ("train", "test"), table, rows, features)


def hatebr(rows: int) -> Files:
    """HateBR's files in a collection of data sets, each of which is a configuration."""
    features = datasets.Features(
        {"idx": datasets.Value("int32"), "sentence": datasets.Value("string"), "label": datasets.ClassLabel(2)}
    )
    table = [
        {"idx": number, "sentence": make_tweet(random.Random(f"comment/{number}")).text, "label": number % 2}
        for number in range(2 * rows)
    ]
    name = "HateBR_offensive_binary"
    return _splits(name, ("train", "test"), table, rows, features, configuration=name)


def sentence_transformer(folder: Path) -> Files:
    """A sentence-transformers model as it is saved into `folder`: a small BERT, mean pooling, a dense layer."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer import modules

    for name, content in bertimbau().items():
        (folder / "bert").mkdir(parents=True, exist_ok=True)
        (folder / "bert" / name).write_bytes(content)
    layers = [modules.Transformer(str(folder / "bert")), modules.Pooling(144), modules.Dense(144, 12)]
    SentenceTransformer(modules=layers).save(str(folder / "model"))
    saved = [path for path in sorted((folder / "model").rglob("*")) if path.is_file()]
    files = {path.relative_to(folder / "model").as_posix(): path.read_bytes() for path in saved}
    dense = OrderedDict(load(files.pop("2_Dense/model.safetensors")))  # as in many older models
    files["2_Dense/pytorch_model.bin"] = _pickle(dense, new_format=True)
    return files | {"openvino/openvino_model.bin": b"another format", "pytorch_model.bin": b"the same weights again"}


def _splits(
    folder: str,
    names: tuple[str, ...],
    table: list[dict[str, Any]],
    rows: int,
    features: datasets.Features,
    configuration: str = "default",
) -> Files:
    files, card = {}, f"---\nconfigs:\n- config_name: {configuration}\n  data_files:\n"
    for place, name in enumerate(names):
        own = datasets.Dataset.from_list(table[place * rows : (place + 1) * rows], features=features)
        buffer = io.BytesIO()
        own.to_parquet(buffer)
        files[f"{folder}/{name}-00000-of-00001.parquet"] = buffer.getvalue()
        card += f"  - split: {name}\n    path: {folder}/{name}-*\n"
    return {"README.md": f"{card}---\n".encode(), **files}


def _weights(config: dict[str, Any], seed: int) -> OrderedDict[str, torch.Tensor]:
    torch.manual_seed(seed)
    model = BertForPreTraining(BertConfig(**config))
    return OrderedDict((name, value) for name, value in model.state_dict().items() if "position_ids" not in name)


def _pickle(weights: OrderedDict[str, torch.Tensor], new_format: bool) -> bytes:
    buffer = io.BytesIO()
    torch.save(weights, buffer, _use_new_zipfile_serialization=new_format)
    return buffer.getvalue()


def _parquet(table: pa.Table, group: int) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(table, buffer, row_group_size=group)
    return buffer.getvalue()
