"""The peers of cleaning, run in a separate environment with their own versions of packages.

    python bench/peers.py datatrove RAW WORK OWN|FAST     FineWeb-2's recipe for Portuguese and its MinHash
    python bench/peers.py text_dedup RAW WORK             MinHash alone

Each peer runs in one process. It first processes the Parquet files in RAW/warm, so that one-time loading is not
counted, then those in RAW/documents. The last line is JSON: CPU seconds of the process and its children, peak memory
in MB and documents kept. Nothing of this project is imported. No setting slows a peer down.
"""
# mypy: disable-error-code="import-not-found"

import json
import os
import re
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


def datatrove(raw: Path, work: Path, tokeniser: str) -> Callable[[], int]:
    """Run FineWeb-2's recipe for Portuguese in its order. Returns a function that counts the kept documents.

    The steps are MinHash in four stages, the filters (which also write the removed documents), repair, personal data
    and lines of bars. Language identification is omitted, since it needs a model from the hub (GlotLID). Thresholds
    are from configs/por_Latn.yml.
    """
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.dedup import (
        MinhashDedupBuckets,
        MinhashDedupCluster,
        MinhashDedupFilter,
        MinhashDedupSignature,
    )
    from datatrove.pipeline.dedup.minhash import MinhashConfig
    from datatrove.pipeline.filters import FineWebQualityFilter, GopherQualityFilter, GopherRepetitionFilter
    from datatrove.pipeline.formatters import FTFYFormatter, PIIFormatter, SymbolLinesFormatter
    from datatrove.pipeline.readers import JsonlReader, ParquetReader
    from datatrove.pipeline.writers import JsonlWriter

    def run(name: str, *steps: Any, tasks: int = 1) -> None:
        LocalPipelineExecutor(list(steps), tasks=tasks, workers=1, logging_dir=str(work / "logs" / name)).run()

    def removed(name: str) -> Any:
        return JsonlWriter(str(work / "removed" / name))

    language: Any = _fast_tokeniser() if tokeniser == "FAST" else "por_Latn"
    signatures, buckets, duplicates = str(work / "signatures"), str(work / "buckets"), str(work / "duplicates")
    distinct, filtered, kept = str(work / "distinct"), str(work / "filtered"), str(work / "kept")
    read = ParquetReader(str(raw), text_key="text", id_key="doc_id", glob_pattern="*.parquet")  # not its checksums
    config = MinhashConfig(n_grams=5, num_buckets=14, hashes_per_bucket=8)
    signature = MinhashDedupSignature(output_folder=signatures, config=config, language=language)
    run("signatures", read, signature)
    run("buckets", MinhashDedupBuckets(signatures, buckets, config=config), tasks=config.num_buckets)
    run("duplicates", MinhashDedupCluster(buckets, duplicates, config=config, save_cluster_size=True))
    run("distinct", read, MinhashDedupFilter(duplicates), JsonlWriter(distinct))
    run(
        "filtered",
        JsonlReader(distinct),
        GopherRepetitionFilter(
            language=language,
            dup_line_frac=0.287,
            dup_para_frac=0,
            dup_line_char_frac=0,
            dup_para_char_frac=0,
            top_n_grams=((2, 0.371), (3, 0.191), (4, 0.163)),
            dup_n_grams=((5, 0.163), (6, 0.153), (7, 0.141), (8, 0.13), (9, 0.119), (10, 0.108)),
            exclusion_writer=removed("repetition"),
        ),
        FineWebQualityFilter(
            language=language,
            line_punct_thr=0.077,
            short_line_thr=999,
            char_duplicates_ratio=0.1,
            new_line_ratio=0.186,
            exclusion_writer=removed("fineweb"),
        ),
        GopherQualityFilter(
            language=language,
            min_avg_word_length=3,
            max_avg_word_length=13,
            max_non_alpha_words_ratio=0.814,
            stop_words="de a e o em do da que um no uma com para na é foi".split(),
            min_stop_words=2,
            exclusion_writer=removed("gopher"),
        ),
        JsonlWriter(filtered),
    )
    bars = SymbolLinesFormatter(symbols_to_remove=["|"], replace_char="\n")
    run("kept", JsonlReader(filtered), FTFYFormatter(), PIIFormatter(), bars, JsonlWriter(kept))
    return lambda: sum(1 for _ in JsonlReader(kept).run())


def _fast_tokeniser() -> Any:
    """A tokeniser that finds words and runs of punctuation by one regular expression.

    The number of tokens and the share of tokens without a letter are within a few per cent of spaCy's. So about as
    many documents pass the thresholds to the later steps.
    """
    from datatrove.utils.word_tokenizers import WordTokenizer

    find = re.compile(r"\w+(?:[-'’./:]\w+)*|[^\w\s]+").findall

    class Fast(WordTokenizer):  # type: ignore[misc]
        def word_tokenize(self, text: str) -> list[str]:
            return find(text)

        # The base class requires both; no step of the recipe calls them. A text is one sentence.
        def sent_tokenize(self, text: str) -> list[str]:
            return [text]

        def span_tokenize(self, text: str) -> list[tuple[int, int]]:
            return [(0, len(text))]

    return Fast()


def text_dedup(raw: Path, work: Path) -> Callable[[], int]:
    """Run text-dedup's MinHash: 128 permutations, word 5-grams, its default threshold 0.7.

    Returns a function that counts the kept documents.
    """
    os.environ["HF_HOME"] = str(work / "huggingface")  # keeps it from finding the cache of an earlier run
    from datasets import load_from_disk
    from text_dedup.config.base import load_config_from_toml
    from text_dedup.minhash import main

    configuration = work / "config.toml"
    configuration.write_text(
        f"""
        [input]
        input_type = "local_files"
        file_type = "parquet"
        read_arguments = {{ path = "parquet", data_files = "{raw}/*.parquet", split = "train" }}
        [algorithm]
        algorithm_name = "minhash"
        text_column = "text"
        num_perm = 128
        ngram_size = 5
        threshold = 0.7
        num_proc = 1
        [output]
        output_dir = "{work}/kept"
        [debug]
        """,
        encoding="utf-8",
    )
    main(load_config_from_toml(configuration))
    return lambda: len(load_from_disk(f"{work}/kept"))


def cpu_seconds() -> float:
    """User and system time of this process and its finished children, in seconds."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def peak_mb() -> float:
    """Peak resident memory of this process in MB, from /proc, since ru_maxrss is inherited from the parent."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) / 1024


if __name__ == "__main__":
    peer, raw, work, *options = sys.argv[1:]
    contestant: Any = {"datatrove": datatrove, "text_dedup": text_dedup}[peer]
    for part in ("warm", "documents"):
        place = Path(work, part)
        place.mkdir(parents=True)
        start = cpu_seconds()
        count = contestant(Path(raw, part), place, *options)
        used = cpu_seconds() - start
    print(json.dumps({"cpu_s": used, "peak_mb": peak_mb(), "kept": count()}))
