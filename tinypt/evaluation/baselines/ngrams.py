"""The untrained for single texts: a linear model on their character n-grams."""

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from tinypt.evaluation.scores.scoring import Labels, gold_labels
from tinypt.evaluation.tasks.table import TaskData

LENGTHS = (2, 5)
ITERATIONS = 1000  # far more than L-BFGS needs to reach the optimum, which does not depend on a seed


def ngram_predictions(data: TaskData) -> Labels:
    """SoftTargets to the test split of a logistic regression on the TF-IDF weights of character n-grams.

    Lower-cased, 2 to 5 characters within words, term frequencies damped by the logarithm; C = 1, classes weighted
    alike whatever their size, since the primary measure is macro-F1. Nothing is random, nothing is chosen. There
    must be a character in a training text, and two classes.
    """
    weights = TfidfVectorizer(analyzer="char_wb", ngram_range=LENGTHS, sublinear_tf=True)
    model = make_pipeline(weights, LogisticRegression(class_weight="balanced", max_iter=ITERATIONS))
    predicted: Labels = model.fit(data.train.first, gold_labels(data, data.train)).predict(data.test.first)
    return predicted
