"""The report's fixed sentences: how to read it, and what its charts show."""

SAMPLE = """\
**Measured on generated sample text.** These numbers show that the pipeline runs and what it measures. They say nothing
about real models, and beside the published numbers, which are about real text, they mean nothing."""
READING = """\
Bold: the best set, and every set that the paired comparison with it does not show to be worse. *base* is the model
that students are made from, *untrained* the student's architecture from random weights with the teacher's tokenizer; *no
model* rows need no neural network. *frozen* is the study's protocol: cosine of mean-pooled embeddings, or a linear
probe on them; *fine-tuned* trains the whole model, *taught by the teacher* does so on the fine-tuned teacher's
answers; both are means over seeds. Similarity is Pearson's r,
entailment and sentiment macro-F1. *published* is what the study printed, and does not compare with ours directly; why
not is said below each measurement. Every number is also in [summary.csv](summary.csv) and
[summary.json](summary.json)."""
NO_EXAMPLES = """\
What the rules dropped is not quoted here, since the corpus may not be free to hand on: examples of every rule lie in
`data/select/examples.jsonl`, and `python -m stages.report --against HEAD` shows them on a page that git ignores."""
CAPTIONS = {
    "glance": (
        "▲: the best set is shown to be better; ▼: worse; =: no difference is shown, the 95 % interval of the paired "
        "bootstrap holding zero. “More like it”: so many other sets are not shown to be worse than the best."
    ),
    "scores": (
        "Each row is a model. Hollow marks are frozen, full marks fine-tuned scores, half-full ones "
        "taught by the teacher; bars are 95 % bootstrap intervals "
        "over the test rows and training seeds. Vertical lines need no model: what is left of them "
        "has learnt less than they know. Where bars overlap widely, look at the paired comparisons before you "
        "believe an order."
    ),
    "gap": (
        "Gap recovered is (set − untrained) / (teacher − untrained) with 95 % intervals, where the teacher is shown to be "
        "better than the untrained. Where it is hardly better, the share's interval says so by its width."
    ),
    "no gap": "No gap to recover, since the teacher is not shown to be better than the untrained:",
    "pairs": (
        "The row's score less the column's on the same test rows. ▲: the row is shown to be better, its 95 % interval "
        "lying above zero; ▼: worse; =: the interval holds zero, and the data show no difference. Where the row is "
        "taught by the teacher, the columns are fine-tuned without task_distillation, itself among them."
    ),
    "cost": (
        "Up is better, left is cheaper; the horizontal axes are logarithmic. Models of one shape lie above each "
        "other, whatever they have learnt."
    ),
    "efficiency": (
        "Latency is one text's, the model and the guess at one masked place; texts/s is measured in batches. Times "
        "belong to the machine and compare within this table alone. Measured on"
    ),
    "ladder": (
        "The sets in the order of params.yaml, each compared with the one above it; where two neighbours differ in one "
        "thing alone, the step between them is what that thing does."
    ),
    "curves": "One line a set, in the same colour and mark throughout. A set without a term has no line in its chart.",
    "terms": "How much of the loss each term makes up at the end, its weight included.",
    "funnel": (
        "Dark: documents left; light: what the rule dropped. A document goes by the first rule it fails, so that the "
        "order of the rules decides which one is charged with it."
    ),
    "versions": (
        "The stages' code and data when this report was written: first digits of fingerprints over the files that "
        "dvc.lock records. `git log -S <digits> -- report` finds the commit they came with."
    ),
    "no versions": "There was no dvc.lock when this was written, so that the versions of code and data are not known.",
}
