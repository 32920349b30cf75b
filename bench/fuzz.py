"""Fuzz what meets unread data: the readers, the markup cleaner, all of cleaning, and the parameter loader.

    python -m bench.fuzz [--seconds N] [--keep FOLDER] [TARGET...]

Atheris changes inputs, guided by the lines of tinypt that they reach (pip install -r requirements-bench.txt). An input
is a crash if it ends in anything but a result or a PipelineError, and slow if it takes more than LIMIT CPU seconds.
Neither ends the run; such inputs are kept in FOLDER, by target and number. The seeds are below. The last line is JSON.
"""

import argparse
import gzip
import io
import json
import subprocess
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

LIMIT = 5.0  # CPU seconds; inputs have at most LONGEST bytes
LONGEST = 8192
ROWS = b'{"text": "Um ma\xc3\xa7\xc3\xa3.", "id": 1, "meta": {"title": "T"}}\n[{"text": "a"}, {"text": ["b", "c"]}]\n\n'
VERT = b'<doc docid="1" title="T" uri="u">\n<p>\n<s>\nOl\xc3\xa1\n<g/>\n,\nmundo\n</s>\n</p>\n</doc>\n'
PAGE = b'<meta charset="iso-8859-1"><title>T &amp; U</title><!-- x --><p class="a">p\xe3o<br/><script>x</script>&#0;'
TEXT = (
    "<div><nav>x</nav><o:p>Ã§Ã£o</o:p> informa??o &lt;b&gt; http://a.com/x(y) Por Ana Prado\n"
    "Publicado em 1/2/2010 às 10h\n"
    "Curtir 1 | Compartilhar\nn?o p\ufffde ana@a.com (11) 98765-4321 «MANHÃ» \u200b\xad“x”</div>"
).encode()
PARAMETERS = b"seed: 1\nclean: &a {repairs: [markup], boilerplate_documents: 3, boilerplate_words: 9}\nx: {<<: *a}\n"


def _parquet() -> bytes:
    buffer = io.BytesIO()
    table = pa.table({"text": ["Um.", None], "id": [1, 2], "meta": [{"title": "T"}] * 2})
    pq.write_table(table, buffer, compression="none")
    return buffer.getvalue()


# The seeds of each target: the name of the file that a reader gets decides how it is read.
SEEDS: dict[str, list[bytes]] = {
    "a.jsonl": [ROWS, ROWS.decode().encode("utf-16"), b"\xef\xbb\xbf" + ROWS],
    "a.jsonl.gz": [gzip.compress(ROWS)],
    "a.jsonl.zst": [zstandard.compress(ROWS)],
    "a.txt": [b"Um.\n\nDois.\r\n", "maçã\n\nuva".encode("utf-16-le"), b"a\rb"],
    "a.txt.gz": [gzip.compress(b"Um.\n\nDois.\n")],
    "a.html": [PAGE, PAGE.decode("latin-1").encode(), PAGE.decode("latin-1").encode("utf-16")],
    "a.parquet": [_parquet()],
    "a.vert": [VERT * 2, b"x\n" + VERT],
    "a.vert.gz": [gzip.compress(VERT)],
    "markup": [TEXT, PAGE],
    "cleaner": [TEXT, PAGE],
    "parameters": [PARAMETERS],
}


def main() -> None:
    """Fuzz each target in a process of its own, one after the other, and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz", description=__doc__.split("\n")[0])
    parser.add_argument("targets", nargs="*", default=list(SEEDS), metavar="TARGET", help=", ".join(SEEDS))
    parser.add_argument("--seconds", type=int, default=600, help="for all targets together (default: %(default)s)")
    parser.add_argument("--keep", type=Path, default=Path(".cache/fuzz"), help="folder (default: %(default)s)")
    options = parser.parse_args()
    results = {}
    for target in options.targets:
        if target not in SEEDS:
            parser.error(f"no target {target}; known are {', '.join(SEEDS)}")
        with tempfile.TemporaryDirectory(prefix="bench-fuzz-") as folder:
            corpus, counts = Path(folder) / "corpus", Path(folder) / "counts.json"
            corpus.mkdir()
            for number, seed in enumerate(SEEDS[target]):
                (corpus / f"seed-{number}").write_bytes(seed)
            flags = [
                f"-artifact_prefix={folder}/",
                f"-max_total_time={max(options.seconds // len(options.targets), 1)}",
                f"-max_len={LONGEST}",
            ]
            command = [sys.executable, "-m", "bench.fuzz_target", target, str(options.keep), str(counts), folder]
            done = subprocess.run(
                [*command, "-verbosity=0", "-timeout=600", "-rss_limit_mb=4096", *flags, str(corpus)],
                capture_output=True,
                check=False,
            )
            found = json.loads(counts.read_text()) if counts.exists() else {"executions": 0}
            if done.returncode:
                sys.stdout.write(done.stderr.decode("utf-8", "replace")[-2000:])
            results[target] = found | {"status": done.returncode}
        print(target, *(f"{name} {value}" for name, value in results[target].items()), sep="  ", flush=True)
    print(json.dumps({"executions": sum(found["executions"] for found in results.values()), "targets": results}))


@dataclass
class Watch:
    """Runs one input after another; counts them, keeps those that crash or are slow, and saves the counts."""

    run: Callable[[bytes], Any]
    target: str
    keep: Path
    counts: Path
    found: dict[str, Any] = field(default_factory=lambda: {"executions": 0, "crashes": 0, "slow": 0, "slowest_s": 0.0})
    seen: Counter[str] = field(default_factory=Counter)

    def __call__(self, data: bytes) -> None:
        """Run one input."""
        start = process_time()
        try:
            self.run(data)
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            self._keep(data, "crashes", f"{type(error).__name__} at {place.filename}:{place.lineno}: {error}")
        taken = process_time() - start
        self.found["executions"] += 1
        self.found["slowest_s"] = max(self.found["slowest_s"], round(taken, 3))
        if taken > LIMIT:
            self._keep(data, "slow", f"{taken:.1f} s")
        if self.found["executions"] % 32 == 0:
            self._save()

    def _keep(self, data: bytes, kind: str, message: str) -> None:
        self.found[kind] += 1
        self.seen[message[:60]] += 1
        if self.seen[message[:60]] == 1:
            self.keep.mkdir(parents=True, exist_ok=True)
            path = self.keep / f"{self.target}-{kind}-{self.found[kind]}"
            path.write_bytes(data)
            path.with_name(path.name + ".txt").write_text(message, encoding="utf-8", errors="replace")
        self._save()

    def _save(self) -> None:
        temporary = self.counts.with_suffix(".tmp")
        temporary.write_text(json.dumps(self.found))
        temporary.replace(self.counts)  # libFuzzer may end the process at any moment


if __name__ == "__main__":
    main()
