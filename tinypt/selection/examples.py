"""Examples of dropped documents for each rule. Reading them is the best check of a threshold."""

import json
from pathlib import Path

import numpy as np

from tinypt.corpus.shards import list_shards, read_shard
from tinypt.files import atomic_path
from tinypt.selection.select import Decisions

PER_RULE = 200
LENGTH = 1000  # characters of a text


def write_examples(documents: Path, decisions: Decisions, path: Path) -> None:
    """Write up to PER_RULE documents that each rule dropped, as JSON lines: rule, doc_id, cluster, text.

    The documents' hashes decide which, so the choice is reproducible and spread over the corpus.

    Args:
        documents: folder with the shards of all cleaned documents.
        decisions: the decisions on these documents.
        path: the file.
    """
    chosen: dict[int, str] = {}
    for place, name in enumerate(decisions.names):
        dropped = np.flatnonzero(decisions.reason == place)
        order = np.argsort(decisions.hash[dropped, 0], kind="stable")
        chosen.update(dict.fromkeys(dropped[order[:PER_RULE]].tolist(), name))
    lines: dict[str, list[str]] = {name: [] for name in decisions.names}
    start = 0
    for shard in list_shards(documents):
        for batch in read_shard(shard, ["doc_id", "text"]):
            for row in range(start, start + len(batch)):
                if row in chosen:
                    id, text = (batch.column(column)[row - start].as_py() for column in ("doc_id", "text"))
                    example = {"rule": chosen[row], "doc_id": id, "cluster": int(decisions.cluster[row])}
                    lines[chosen[row]].append(json.dumps(example | {"text": text[:LENGTH]}, ensure_ascii=False))
            start += len(batch)
    with atomic_path(path) as temporary:
        temporary.write_text("".join(f"{line}\n" for name in lines for line in lines[name]), encoding="utf-8")
