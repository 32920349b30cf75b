"""Get the base model, the original BERT-tiny: the published one, or a stand-in pre-trained here on its own text.

Writes models/base and metrics/base/base.json.
"""

from collections import Counter
from collections.abc import Iterator

from tinypt.corpus.files import expand, read_file
from tinypt.params.loader import load, load_seed
from tinypt.params.models import Base, EnglishSample, PretrainedBase
from tinypt.params.tokenize import Tokenize
from tinypt.runtime.run import run
from tinypt.sample.english import english_texts
from tinypt.training.pretraining import make_model


def main() -> None:
    """Write the base model."""
    options, seed = load("base", Base), load_seed()

    def texts() -> Iterator[str]:
        assert isinstance(options, PretrainedBase)
        if isinstance(options.corpus, EnglishSample):
            return english_texts(options.corpus.documents, seed)
        corpus = options.corpus
        files = (read_file(path, corpus.text_column, Counter(), corpus.document) for path in expand(corpus.paths))
        return (record.text for records in files for record in records)

    make_model("base", options, texts, load("tokenize", Tokenize).length, seed)


if __name__ == "__main__":
    run(main)
