"""Generate the sample corpus, if params.yaml asks for it.

Reads the `corpus` parameters; writes data/sample/*.parquet. For any other source the folder is empty: a change of the
sample's grammar, or of the seed, must not fetch a real corpus again.
"""

from pathlib import Path

from tinypt.corpus.sample import sample_tables
from tinypt.corpus.shards import SAMPLE_SCHEMA, open_shard, shard_name
from tinypt.files import sealed_path
from tinypt.params.corpus import Corpus, SampleCorpus
from tinypt.params.loader import load, load_seed
from tinypt.runtime.progress import Progress
from tinypt.runtime.run import run


def main() -> None:
    """Write the sample, or an empty folder."""
    corpus, seed = load("corpus", Corpus), load_seed()
    with sealed_path(Path("data/sample")) as folder:
        folder.mkdir()
        if isinstance(corpus, SampleCorpus):
            progress = Progress("sample", "documents", corpus.documents)
            with open_shard(folder / shard_name(0), SAMPLE_SCHEMA) as write:
                for table in sample_tables(corpus, seed):
                    write(table)
                    progress.add(table.num_rows)
            progress.close()


if __name__ == "__main__":
    run(main)
