"""The fixed sentences of the report: how to read it, and a caption for each of its charts and tables."""

SAMPLE = """\
**Measured on generated sample text.** These numbers show that the pipeline runs and what it measures. They say nothing
about real models or real text."""
READING = """\
Bold: the best student, and every student that the paired comparison does not show to be worse than it. *base* is the
model that students are made from. *untrained* is the student's architecture with random weights and the teacher's
tokenizer. *Baselines* need no neural network. *frozen* is the study's protocol: the cosine of mean-pooled embeddings,
or a linear probe on them. *fine-tuned* trains the whole model on the task's labels; *task distillation* trains it on
the soft labels of a fine-tuned teacher. Both are means over seeds. The *matched head* reads the means of the token
states and how well the words of a pair match. The *cls head* reads the state at [CLS], like
AutoModelForSequenceClassification; only its scores compare with other publications. Similarity is Pearson's r;
entailment and sentiment are macro-F1. Every number is also in [summary.csv](summary.csv) and
[summary.json](summary.json)."""
PUBLISHED_SCORES = """\
*published* is the number in the study, which does not compare with ours directly; the reason is given below each
measurement."""
NO_EXAMPLES = """\
The dropped documents are not quoted here, because the licence of the corpus may not allow it. Examples for every rule
are in `data/select/examples.jsonl`. `python -m stages.report --against HEAD` shows them on a page that git ignores."""
CAPTIONS = {
    "bits": (
        "Bits per character of held-out words: how much a model lacks to know a hidden word, per letter "
        "of it. Lower is better. Lines: the teacher, and random weights."
    ),
    "overview": (
        "▲: the best student is shown to be better; ▼: it is shown to be worse; =: no difference is shown, because the "
        "95 % interval of the paired bootstrap contains zero. “Tied with”: the number of other students that are not "
        "shown to be worse than the best."
    ),
    "scores": (
        "Each row is a model. Hollow marks are frozen scores, full marks scores fine-tuned with the matched head; the "
        "legend has the others. Bars are 95 % bootstrap intervals over the test rows and the training seeds. Vertical "
        "lines are baselines, which need no neural network: a model to the left of a line has learnt less than that "
        "baseline. Where bars overlap widely, check the paired comparisons before you trust an order."
    ),
    "gap": (
        "Gap recovered is (student − untrained) / (teacher − untrained), with 95 % intervals. It is given where the "
        "teacher is shown to be better than untrained. Where the teacher is hardly better, the interval is wide; an "
        "arrow marks one that goes on beyond the axis."
    ),
    "no gap": "No gap to recover, because the teacher is not shown to be better than untrained:",
    "pairs": (
        "The row's score minus the column's on the same test rows. ▲: the row is shown to be better, because its 95 % "
        "interval lies above zero; ▼: it is shown to be worse; =: the interval contains zero, and no difference is "
        "shown. With task distillation, the row is compared with all models as fine-tuned on labels, including itself, "
        "with the same head."
    ),
    "cost": (
        "Higher is better; further left is cheaper. The horizontal axes are logarithmic. Models of the same shape lie "
        "above each other, however they were trained. Scores are fine-tuned ones, of the matched head where it was "
        "used; a task without any has its frozen scores."
    ),
    "efficiency": (
        "Latency is for one text and one masked token, from the input ids to the prediction. Texts/s is measured in "
        "batches. Times depend on the machine and compare only within this table. Measured on"
    ),
    "every": "Open a table to read it. Tables that are closed are not printed.",
    "students": (
        "Pairs of students that differ in one or two settings, the later one of params.yaml minus the earlier one. "
        "With a single setting, the difference is the effect of that setting."
    ),
    "curves": (
        "One line per student, in the same colour and mark in every chart. A student that does not use a loss term has "
        "no line in its chart."
    ),
    "terms": "Share of each weighted term in the loss at the end of training.",
    "funnel": (
        "Dark: documents left; light: documents that the rule dropped. A document is dropped by the first rule it "
        "fails, so the order of the rules decides which rule is charged with it."
    ),
    "versions": (
        "The code and data of each stage when this report was written: the first digits of fingerprints over the files "
        "that dvc.lock records. `git log -S <digits> -- report` finds the commit that introduced them."
    ),
    "no versions": "There was no dvc.lock when this report was written, so the versions of code and data are unknown.",
}
