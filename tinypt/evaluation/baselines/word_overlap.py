"""The baseline for pairs of texts: a support vector machine on twelve features of word overlap.

On ASSIN2's similarity it beats the cosine of embeddings from a BERT that is not fine-tuned. A model below this baseline
captures less meaning than the overlap of words alone.
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
# All weighted by inverse document frequency; they capture whole words, word order and inflections.
VIEWS: tuple[dict[str, object], ...] = (
    {"analyzer": "word", "token_pattern": WORD},
    {"analyzer": "word", "token_pattern": WORD, "ngram_range": (1, 2)},
    {"analyzer": "char_wb", "ngram_range": (2, 4)},
)


def overlap_predictions(data: TaskData) -> Labels:
    """Predictions for the test split by a support vector machine (RBF kernel, C = 1) on `OverlapFeatures`, [rows].

    Features are standardised. So are regression labels, because the margin of 0.1 is in their unit. Nothing
    is random or tuned. The training split needs at least one word, and for classification two classes.
    """
    features = OverlapFeatures(data.train)
    train, test = features.compute(data.train), features.compute(data.test)
    gold = gold_labels(data, data.train)
    if not data.is_regression:
        classes: Labels = _standardised(SVC()).fit(train, gold).predict(test)
        return classes
    mean, deviation = gold.mean(), gold.std() or 1.0
    scores: Labels = mean + deviation * _standardised(SVR()).fit(train, (gold - mean) / deviation).predict(test)
    return scores


class OverlapFeatures:
    """Twelve features of a pair of texts, with TF-IDF weights from the training split.

    - Cosine of the TF-IDF vectors of words; of words and bigrams; of character 2- to 4-grams within words.
    - Shared words as a share of all distinct words; of the first text's words; of the second text's words.
    - Number of words in the first text; in the second; the difference.
    - Whether the first text contains a negation; whether the second does; whether exactly one does.

    Texts are lower-cased. Words are separated by white space; for TF-IDF, by any character but letters, digits and _.
    """

    def __init__(self, train: Split) -> None:
        """Compute the TF-IDF weights from all texts of `train`.

        Raises:
            ValueError: no text has a word.
        """
        texts = train.first + _second(train)
        self.views = [TfidfVectorizer(**view).fit(texts) for view in VIEWS]

    def compute(self, split: Split) -> NDArray[np.float64]:
        """Features of every pair: float64 [pairs, 12]."""
        first, second = split.first, _second(split)
        cosines = [_row_products(view, first, second) for view in self.views]
        words = np.array([_word_features(*pair) for pair in zip(first, second, strict=True)])
        return np.column_stack([*cosines, words])


def jaccard(first: str, second: str) -> float:
    """Number of shared over distinct words, 0 to 1; 0 without words. Lower-cased, separated by white space."""
    return _shares(set(first.lower().split()), set(second.lower().split()))[0]


def _standardised(model: SVC | SVR) -> Pipeline:
    return make_pipeline(StandardScaler(), model)


def _second(split: Split) -> list[str]:
    assert split.second is not None
    return split.second


def _row_products(view: TfidfVectorizer, first: list[str], second: list[str]) -> NDArray[np.float64]:
    """Cosine of every pair, [pairs]. The vectors have length 1, or 0 if the text has no known feature."""
    products = view.transform(first).multiply(view.transform(second))
    return np.asarray(products.sum(axis=1), dtype=np.float64).ravel()


def _word_features(first: str, second: str) -> list[float]:
    left, right = first.lower().split(), second.lower().split()
    negated = [not NEGATIONS.isdisjoint(words) for words in (left, right)]
    return [
        *_shares(set(left), set(right)),
        len(left),
        len(right),
        len(left) - len(right),
        *negated,
        negated[0] != negated[1],
    ]


def _shares(left: set[str], right: set[str]) -> tuple[float, float, float]:
    """Shared words as a share of all words, of the left words and of the right words; 0 if there are none."""
    shared = len(left & right)
    return shared / max(1, len(left | right)), shared / max(1, len(left)), shared / max(1, len(right))
