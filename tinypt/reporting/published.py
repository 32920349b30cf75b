"""The numbers published in the final report "BERT-tiny-PT", and why they do not compare with ours directly.

The study distilled BERTimbau-base into BERT-tiny on brWaC. Its code was not published: the caveats below are our
reading, from arithmetic and measurement.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """The published numbers of one measurement.

    columns: table of the study -> model -> value, with our names of the models (base: the original BERT-tiny).
    caveat: one sentence on why the values do not compare with ours, or with one another.
    anchors: scores of other published models on the official data, as (model, value).
    """

    metric: str
    columns: dict[str, dict[str, float]]
    caveat: str
    anchors: tuple[tuple[str, str], ...] = ()


PUBLISHED = {
    "mlm": Published(
        metric="loss",
        columns={"": {"teacher": 1.7569, "base": 5.7462, "partial": 1.9433, "total": 3.3025}},
        caveat=(
            "MLM losses compare only within one vocabulary, and partial and total use different ones: English uncased "
            "pieces are shorter, so a word has more of them, each easier to predict; bits per character do compare."
        ),
    ),
    "assin2_similarity": Published(
        metric="pearson",
        columns={"": {"teacher": 0.6139, "base": 0.5262, "partial": 0.5763, "total": 0.4400}},
        caveat=(
            "0.61 for BERTimbau is the score of the cosine of mean-pooled embeddings without fine-tuning (our frozen "
            "protocol), and on the official test set word overlap alone, without any model, scores 0.546."
        ),
        anchors=(
            ("BERTimbau-base, fine-tuned, cls head", "0.836"),
            ("12 overlap features with an SVR, no neural model", "0.714"),
        ),
    ),
    "assin2_entailment": Published(
        metric="f1",
        columns={"": {"teacher": 0.1983, "base": 0.2183, "partial": 0.4059, "total": 0.2225}},
        caveat=(
            "The official test set is balanced, so a constant answer has a macro-F1 of 0.333; three of the four values "
            "lie near 0.222, the score of a constant answer averaged over three labels, which suggests untrained heads."
        ),
        anchors=(
            ("BERTimbau-base, fine-tuned, cls head", "0.892"),
            ("12 overlap features with an SVM, no neural model", "0.783"),
        ),
    ),
    "tweetsentbr": Published(
        metric="f1",
        columns={
            "partial's table": {"teacher": 0.2778, "base": 0.1905, "partial": 0.2121},
            "total's table": {"teacher": 0.1667, "base": 0.3583, "total": 0.2000},
        },
        caveat=(
            "The study's two tables disagree about the same two models, and the values fit constant or nearly constant "
            "predictions on about 15 tweets."
        ),
        anchors=(("BERTimbau-base, fine-tuned on all tweets, cls head", "0.70"), ("SVM, on all tweets", "0.5985")),
    ),
}
