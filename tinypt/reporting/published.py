"""The numbers that the final report "BERT-tiny-PT" printed, and why ours do not compare with them directly.

The report distilled BERTimbau-base into BERT-tiny on brWaC. What its numbers mean is our reading, from
arithmetic and measurement; its code was not published.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """What was printed about one measurement.

    columns: by table of the report, model -> value; models are named as here (base: the original BERT-tiny).
    caveat: one sentence on why the values do not compare with ours, or with one another.
    anchors: scores of other published models, well trained, as (what, value).
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
            "MLM losses compare within one vocabulary only, and partial's is not total's: English uncased pieces are "
            "shorter, so that a word takes more of them and each is easier; bits per character do compare."
        ),
    ),
    "assin2_similarity": Published(
        metric="pearson",
        columns={"": {"teacher": 0.6139, "base": 0.5262, "partial": 0.5763, "total": 0.4400}},
        caveat=(
            "0.61 for BERTimbau is what the cosine of mean-pooled, untuned embeddings gives (our frozen protocol), and "
            "on the official test set the overlap of the words alone, without any model, gives 0.546."
        ),
        anchors=(
            ("BERTimbau-base, fine-tuned", "0.836"),
            ("12 overlap features with an SVR, no neural model", "0.714"),
        ),
    ),
    "assin2_entailment": Published(
        metric="f1",
        columns={"": {"teacher": 0.1983, "base": 0.2183, "partial": 0.4059, "total": 0.2225}},
        caveat=(
            "The official test set is half and half, so that a constant answer has a macro-F1 of 0.333; three of the "
            "four values lie near 0.222, a constant averaged over three labels, which points to untrained heads."
        ),
        anchors=(
            ("BERTimbau-base, fine-tuned", "0.892"),
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
            "The two tables disagree about the same two models, and the values fit constant or nearly constant "
            "predictions on about 15 tweets."
        ),
        anchors=(("BERTimbau-base, fine-tuned on all tweets", "0.70"), ("SVM, on all tweets", "0.5985")),
    ),
}
