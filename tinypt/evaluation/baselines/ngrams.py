"""The baseline for single texts: a linear model on character n-grams."""

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from tinypt.evaluation.scores.scoring import Labels, gold_labels
from tinypt.evaluation.tasks.table import TaskData

LENGTHS = (2, 5)
ITERATIONS = 1000  # far more than L-BFGS needs to reach the optimum, which depends on no seed


def ngram_predictions(data: TaskData) -> Labels:
    """Predictions for the test split by a logistic regression on TF-IDF weights of character n-grams, [rows].

    N-grams are lower-cased, have 2 to 5 characters and stay within words; term frequencies are logarithmic. C is 1, and
    classes have equal weight regardless of their size, because the primary metric is macro-F1. Nothing is random or
    tuned. The training split needs at least two classes and one text that is not empty.
    """
    weights = TfidfVectorizer(analyzer="char_wb", ngram_range=LENGTHS, sublinear_tf=True)
    model = make_pipeline(weights, LogisticRegression(class_weight="balanced", max_iter=ITERATIONS))
    predicted: Labels = model.fit(data.train.first, gold_labels(data, data.train)).predict(data.test.first)
    return predicted
