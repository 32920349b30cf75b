"""Reading brWaC's .vert: ours compared with the line-by-line way of the published loaders, on the same file.

`python -m bench.vert [FILE ...]` makes a .vert file of the texts in FILE, which can be of any kind that
`corpus.source: files` reads, or of generated texts. It reads the file three times each way, compares every document,
and prints MB of .vert per CPU second. The last line is JSON.

The file has no quotation marks in titles and no <g/> at the edge of a sentence. The published loaders differ there:
they cut the title and carry the missing space into another sentence.
"""

import json
import re
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pyarrow as pa
from isal import igzip

from tinypt.corpus.files import expand, read_file
from tinypt.corpus.records import Record
from tinypt.corpus.vert import read_vert
from tinypt.corpus.writer import ShardWriter
from tinypt.sample.documents import write_document

SIZE = 24 << 20  # smallest size in bytes; about 4 s per pass line by line
DOCUMENTS = 20_000  # most documents read from the files
RUNS = 3
TOKEN = re.compile(r"(\s*)(\w+|[^\w\s])")
SENTENCE = re.compile(r"(?<=[.!?])\s+")
FIELD = re.compile(r'docid="(.*?)" title="(.*?)" uri="(.*?)"')


def records(files: list[str]) -> Iterator[Record]:
    """Documents from the files, or generated ones if there are none."""
    if not files:
        from random import Random

        generated = (write_document(Random(f"bench/{index}")) for index in range(2000))
        return (Record(str(index), d.title, "http://a.br", d.text) for index, d in enumerate(generated))
    paths = expand(tuple(map(Path, files)))
    found = (record for path in paths for record in read_file(path, "text", Counter()))
    return islice(found, DOCUMENTS)


def as_vert(record: Record) -> str:
    """Write a record in brWaC's format."""
    lines = [f'<doc docid="{record.doc_id}" title="{record.title.replace(chr(34), "")}" uri="{record.uri}">']
    for paragraph in filter(str.strip, record.text.split("\n")):
        lines.append("<p>")
        for sentence in SENTENCE.split(paragraph.strip()):
            lines.append("<s>")
            for index, (space, token) in enumerate(TOKEN.findall(sentence)):
                lines += [token] if space or not index else ["<g/>", token]
            lines.append("</s>")
        lines.append("</p>")
    return "\n".join([*lines, "</doc>\n"])


def line_by_line(path: Path) -> list[tuple[str, ...]]:
    """Read documents like the published loaders: line by line into lists of paragraphs of sentences."""
    found: list[tuple[str, ...]] = []
    paragraphs: list[list[str]] = []
    sentences: list[str] = []
    sentence, fields = "", None
    space = False
    with path.open(encoding="utf-8") as file:
        for line in file:
            line = line.strip()
            if line.startswith("<doc "):
                fields, paragraphs = FIELD.search(line), []
            elif line == "<p>":
                sentences = []
            elif line == "<s>":
                sentence, space = "", False
            elif line == "<g/>":
                space = False
            elif line == "</s>":
                sentences.append(sentence)
            elif line == "</p>":
                paragraphs.append(sentences)
            elif line == "</doc>":
                assert fields
                found.append((*fields.groups(), "\n".join(" ".join(p) for p in paragraphs)))
            else:
                sentence += f" {line}" if space else line
                space = True
    return found


def ours(path: Path) -> list[pa.RecordBatch]:
    """Read documents as the pipeline does."""
    return [batch.rows for batch in read_vert(path, Counter(), Counter())]


def to_shards(path: Path) -> None:
    """Do all the work of the download stage: read, count words, checksum, compress, write."""
    with tempfile.TemporaryDirectory() as folder:
        writer = ShardWriter(Path(folder))
        for batch in read_vert(path, Counter(), Counter()):
            writer.add(batch.rows)
        writer.close()


def speed(work: Callable[[Path], object], path: Path, size: int) -> float:
    """Megabytes of .vert per CPU second, the median of the runs."""
    seconds = []
    for _ in range(RUNS):
        start = time.process_time()
        work(path)
        seconds.append(time.process_time() - start)
    return size / 1e6 / statistics.median(seconds)


def main(files: list[str]) -> None:
    """Print the comparison."""
    with tempfile.TemporaryDirectory() as folder:
        path, packed = Path(folder) / "a.vert", Path(folder) / "a.vert.gz"
        once = "".join(map(as_vert, records(files))).encode()
        content = once * -(-SIZE // len(once))
        path.write_bytes(content)
        packed.write_bytes(igzip.compress(content))
        rows = [tuple(row.values()) for batch in ours(path) for row in batch.to_pylist()]  # also compiles the loop
        equal = rows == line_by_line(path)
        size = len(content)
        result = {
            "documents": len(rows),
            "megabytes": size / 1e6,
            "equal": equal,
            "line_by_line": speed(line_by_line, path, size),
            "ours": speed(ours, path, size),
            "ours_gz": speed(ours, packed, size),
            "ours_to_shards": speed(to_shards, path, size),
        }
    result["ratio"] = result["ours"] / result["line_by_line"]
    print(f"{result['documents']} documents, {result['megabytes']:.0f} MB; output equal: {equal}")
    for name in ("line_by_line", "ours", "ours_gz", "ours_to_shards"):
        print(f"{name:16} {result[name]:7.1f} MB/s")
    print(f"{'ratio':16} {result['ratio']:7.1f}")
    print(json.dumps({name: round(v, 3) if isinstance(v, float) else v for name, v in result.items()}))
    if not equal:
        sys.exit("the outputs differ")


if __name__ == "__main__":
    main(sys.argv[1:])
