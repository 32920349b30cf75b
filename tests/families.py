"""Small random models of every type that can be a teacher, in the files that transformers writes."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
import transformers as hf
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

from tinypt.tokens.vocabulary import SPECIAL_TOKENS, train_vocabulary

FAIRSEQ = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]  # special tokens of RoBERTa and its relatives
ALBERT = ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"]
POSITIONS = 64
SIZE = 420  # pieces; a byte-level vocabulary has 256 for the bytes
SHAPE = {"hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 2, "intermediate_size": 48}


def publish(kind: str, folder: Path, texts: list[str]) -> None:
    """Write a masked language model of type `kind` and its tokenizer."""
    tokenizer = _tokenizer(kind, texts)
    common = SHAPE | {"vocab_size": len(tokenizer), "pad_token_id": tokenizer.pad_token_id}
    offset = {"max_position_embeddings": POSITIONS + tokenizer.pad_token_id + 1, "type_vocab_size": 1}
    usual = {"max_position_embeddings": POSITIONS}
    relative = usual | {"relative_attention": True, "pos_att_type": ["p2c", "c2p"]}
    own: dict[str, dict[str, Any]] = {
        "albert": usual | {"embedding_size": 24},
        "bert": usual,
        "camembert": offset,
        "deberta": relative,
        "deberta-v2": relative,
        "distilbert": usual | {"dim": 32, "n_layers": 3, "n_heads": 2, "hidden_dim": 48},
        "electra": usual | {"embedding_size": 24},
        "modernbert": usual
        | {"local_attention": 8, "cls_token_id": 2, "sep_token_id": 3, "bos_token_id": 2, "eos_token_id": 3},
        "roberta": offset,
        "xlm-roberta": offset,
    }
    torch.manual_seed(3)
    config = hf.AutoConfig.for_model(kind, **common | own[kind])
    hf.AutoModelForMaskedLM.from_config(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _tokenizer(kind: str, texts: list[str]) -> hf.PreTrainedTokenizerBase:
    if kind in ("bert", "distilbert", "electra"):
        return hf.BertTokenizer(vocab=train_vocabulary(lambda: texts, SIZE, cased=True), do_lower_case=False)
    if kind in ("roberta", "deberta"):
        special = FAIRSEQ if kind == "roberta" else SPECIAL_TOKENS
        parts = json.loads(_byte_level(texts, special).to_str())["model"]
        tokenizer = hf.RobertaTokenizer if kind == "roberta" else hf.DebertaTokenizer
        return tokenizer(vocab=parts["vocab"], merges=[tuple(merge) for merge in parts["merges"]])
    if kind == "modernbert":
        backend = _byte_level(texts, SPECIAL_TOKENS)
        backend.post_processor = processors.TemplateProcessing(
            "[CLS] $A [SEP]", "[CLS] $A [SEP] $B [SEP]", [("[CLS]", 2), ("[SEP]", 3)]
        )
        names = {f"{token.strip('[]').lower()}_token": token for token in SPECIAL_TOKENS}
        return hf.PreTrainedTokenizerFast(tokenizer_object=backend, **names)
    special = {"albert": ALBERT, "deberta-v2": SPECIAL_TOKENS}.get(kind, FAIRSEQ)
    pieces = [(piece, score) for piece, score in _unigram(texts, special)]
    made = {"albert": hf.AlbertTokenizer, "camembert": hf.CamembertTokenizer, "deberta-v2": hf.DebertaV2Tokenizer}
    return made.get(kind, hf.XLMRobertaTokenizer)(vocab=pieces)


def _byte_level(texts: Iterable[str], special: list[str]) -> Tokenizer:
    """GPT-2's way of cutting text."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    letters = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(
        texts, trainers.BpeTrainer(vocab_size=SIZE, special_tokens=special, initial_alphabet=letters)
    )
    return tokenizer


def _unigram(texts: Iterable[str], special: list[str]) -> list[tuple[str, float]]:
    """SentencePiece's way. Some pieces hold line feeds, as the texts do."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    unknown = special[3] if special is FAIRSEQ else special[1]
    trainer = trainers.UnigramTrainer(vocab_size=SIZE, special_tokens=special, unk_token=unknown)
    tokenizer.train_from_iterator(texts, trainer)
    return [(piece, score) for piece, score in json.loads(tokenizer.to_str())["model"]["vocab"]]
