"""The untrained for pairs of texts: twelve features of how their words overlap, and a support vector machine on them.

On ASSIN2 it beats what the cosine of an untuned BERT's embeddings says of similarity: a model that stays below
it has learnt less of meaning than the surface shows.
"""

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR

from tinypt.evaluation.scores.scoring import Labels, gold_labels
from tinypt.evaluation.tasks.table import Split, TaskData

NEGATIONS = frozenset("não nem nada nenhum nenhuma ninguém nunca sem".split())
WORD = r"\w+"
# Weighted alike by inverse document frequency, they see whole words, their inflections, and their order.
VIEWS: tuple[dict[str, object], ...] = (
    {"analyzer": "word", "token_pattern": WORD},
    {"analyzer": "word", "token_pattern": WORD, "ngram_range": (1, 2)},
    {"analyzer": "char_wb", "ngram_range": (2, 4)},
)


def overlap_predictions(data: TaskData) -> Labels:
    """SoftTargets to the test split of a support vector machine (RBF kernel, C = 1) on `OverlapFeatures`.

    Features are standardised, and so are the labels of a regression, since the machine's margin of 0.1 is in
    their unit. Nothing is random, nothing is chosen. There must be a word in a training text, and two classes.
    """
    features = OverlapFeatures(data.train)
    train, test = features.of(data.train), features.of(data.test)
    gold = gold_labels(data, data.train)
    if not data.is_regression:
        classes: Labels = _machine(SVC()).fit(train, gold).predict(test)
        return classes
    mean, deviation = gold.mean(), gold.std() or 1.0
    scores: Labels = mean + deviation * _machine(SVR()).fit(train, (gold - mean) / deviation).predict(test)
    return scores


class OverlapFeatures:
    """Twelve numbers a pair, the weights of words and n-grams learnt from the texts of the training split.

    Cosine of the TF-IDF vectors of words, of words and their bigrams, and of character 2- to 4-grams within words;
    shared words as a share of all distinct words, of the first text's, and of the second's; length of the first,
    of the second, and their difference in words; whether the first, the second, and just one of them negates.
    Everything is lower-cased; words are cut at white space, for TF-IDF at whatever is no letter or digit.
    """

    def __init__(self, train: Split) -> None:
        """Learn the weights.

        Raises:
            ValueError: no text has a word.
        """
        texts = train.first + _second(train)
        self.views = [TfidfVectorizer(**view).fit(texts) for view in VIEWS]

    def of(self, split: Split) -> NDArray[np.float64]:
        """Features of every pair: [pairs, 12]."""
        first, second = split.first, _second(split)
        cosines = [_row_products(view, first, second) for view in self.views]
        words = np.array([_word_features(*pair) for pair in zip(first, second, strict=True)])
        return np.column_stack([*cosines, words])


def jaccard(first: str, second: str) -> float:
    """Shared over distinct words, 0 to 1, lower-cased and cut at white space; 0 where there is none."""
    return _shares(set(first.lower().split()), set(second.lower().split()))[0]


def _machine(machine: SVC | SVR) -> Pipeline:
    return make_pipeline(StandardScaler(), machine)


def _second(split: Split) -> list[str]:
    assert split.second is not None
    return split.second


def _row_products(view: TfidfVectorizer, first: list[str], second: list[str]) -> NDArray[np.float64]:
    """Cosine of every pair: the vectors have length 1, or 0 where nothing in the text is known."""
    products = view.transform(first).multiply(view.transform(second))
    return np.asarray(products.sum(axis=1), dtype=np.float64).ravel()


def _word_features(first: str, second: str) -> list[float]:
    ours, theirs = first.lower().split(), second.lower().split()
    negated = [not NEGATIONS.isdisjoint(words) for words in (ours, theirs)]
    return [
        *_shares(set(ours), set(theirs)),
        len(ours),
        len(theirs),
        len(ours) - len(theirs),
        *negated,
        negated[0] != negated[1],
    ]


def _shares(ours: set[str], theirs: set[str]) -> tuple[float, float, float]:
    """Words in common as a share of the words of both, of ours and of theirs; 0 of none."""
    shared = len(ours & theirs)
    return shared / max(1, len(ours | theirs)), shared / max(1, len(ours)), shared / max(1, len(theirs))
