"""The model card: description, training, scores and limits of a released model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from tinypt.reporting.results import PROTOCOLS, Key, Number, Results
from tinypt.reporting.tables import Table, label, metric_label, plain, show, show_score

PROJECT = "bert-tiny-pt"
HUB_TASKS = {
    "pair_regression": "sentence-similarity",
    "pair_classification": "text-classification",
    "text_classification": "text-classification",
}
SAMPLE = """\
> **Not for use.** This model was trained and measured on text that the pipeline generates to test itself.
> It knows a few hundred sentence patterns and does not know Portuguese."""
SAMPLE_TEXT = SAMPLE.replace("trained and measured", "trained")
GENERATED = "generated data"
# The training text by its source in the `corpus` parameters, where neither export.text nor export.datasets names it.
UNNAMED = {
    "sample": "generated sample text",
    "vert": "brWaC, crawled web pages in Brazilian Portuguese",
    "files": "files of the person who trained this model; this card does not say where they are from",
    "hub": "a data set of the person who trained this model; this card does not say where it is from",
}


@dataclass(frozen=True)
class TaskOrigin:
    """Kind of a task, as in the `tasks` parameters, source of its data, and whether the pipeline generates them."""

    kind: str
    source: str
    generated: bool


@dataclass(frozen=True)
class Release:
    """Facts about one released model.

    name: of the student. license, datasets, text: as in the `export` parameters. corpus: source of the text, as in the
    `corpus` parameters. origins: hub ids of the published models it derives from. stand_ins: those of teacher and
    base that the run pre-trained in place of a published model. sentence_teacher: name, source and licence of the
    encoder whose vectors it learned from; None without one. config: of the model (Hugging Face).
    parameters: number of weights. cased: whether its tokenizer keeps case and accents. mask: its tokenizer's mask
    token. student: its section of the parameters. tasks: origin of each task's data. files: (path, size in bytes).
    results: metrics of this model under `name`, and of the references that were measured.
    """

    name: str
    license: str
    datasets: Sequence[str]
    text: str | None
    corpus: str
    origins: Sequence[str]
    stand_ins: Sequence[str]
    sentence_teacher: str | None
    config: Mapping[str, Any]
    parameters: int
    cased: bool
    mask: str
    student: Mapping[str, Any]
    tasks: Mapping[str, TaskOrigin]
    files: Sequence[tuple[str, int]]
    results: Results

    @property
    def title(self) -> str:
        """The model's name on the hub."""
        return f"{PROJECT}-{self.name}".replace("_", "-")

    @property
    def compact(self) -> bool:
        """Whether it has no weights but those of the compact graph."""
        return not any(name.endswith(".safetensors") for name, _ in self.files)

    @property
    def sample(self) -> bool:
        """Whether it was trained on generated sample text."""
        return self.corpus == "sample"

    @property
    def only_generated(self) -> bool:
        """Whether it was trained and measured on generated text alone."""
        return self.sample and all(origin.generated for origin in self.tasks.values())

    def generated(self, section: str) -> bool:
        """Whether a score must be marked as one on generated data; no need to if the card begins with that."""
        return not self.only_generated and section in self.tasks and self.tasks[section].generated


def model_card(release: Release) -> str:
    """README.md of a release: the metadata header for the hub, and the text."""
    header = yaml.safe_dump(_header(release), sort_keys=False, allow_unicode=True, width=1000)
    parts = [
        f"---\n{header}---",
        f"# {release.title}",
        *([SAMPLE if release.only_generated else SAMPLE_TEXT] if release.sample else []),
        _about(release),
        USE_COMPACT if release.compact else USE.replace("[MASK]", release.mask),
        "## Scores",
        _scores_table(release).markdown(),
        _training(release),
        "## Files",
        Table("", ["file", "MB"], [[name, f"{size / 1e6:.2f}"] for name, size in release.files]).markdown(),
        ONNX_COMPACT if release.compact else f"{ONNX_COMPACT} {ONNX}",
        _limits(release),
        _licence(release),
    ]
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


ONNX_COMPACT = """\
`compact.onnx` has 8-bit weights and is all that ONNX Runtime needs, with tokenizer.json. Its inputs are `input_ids`,
`attention_mask` and `masked`, the row and column of each gap, int64 [n, 2]; its outputs are `logits` [n, vocabulary]
and `sentence_embedding`, the vector of each text."""
ONNX = """\
`model.onnx` and `model_quantized.onnx` (8-bit weights) are for
transformers.js and Optimum: they return `logits` and `last_hidden_state` at every position."""


def _header(release: Release) -> dict[str, Any]:
    header: dict[str, Any] = {
        "language": ["pt"],
        "license": release.license,
        "library_name": "onnx" if release.compact else "transformers",
        "pipeline_tag": "fill-mask",
        "tags": [
            "bert",
            "distillation",
            "onnx",
            *([] if release.compact else ["sentence-transformers", "transformers.js"]),
        ],
        "base_model": list(release.origins),
        "datasets": list(release.datasets),
        "widget": [{"text": f"A menina foi à {release.mask} com a mãe."}],
        "model-index": [{"name": release.title, "results": _index(release)}],
    }
    return {key: item for key, item in header.items() if item}


def _index(release: Release) -> list[dict[str, Any]]:
    """Every score of this model in the hub's model-index format."""
    entries = []
    results, name = release.results, release.name
    for section in results.measurements(name):
        if section in results.tasks():
            origin = release.tasks.get(section, TaskOrigin("text_classification", section, generated=False))
            task, data = HUB_TASKS[origin.kind], {"name": _section(release, section), "type": origin.source}
            metrics = [
                {"type": metric, "value": score.value, "name": f"{label(metric)}, {label(protocol)}{_seeds(seeds)}"}
                for protocol in PROTOCOLS
                for seeds in [results.numbers.get(Key(name, section, protocol, "seeds"))]
                for metric in results.metrics(section)
                if (score := results.score(name, section, protocol, metric)) is not None
            ]
        else:
            task, data = "fill-mask", {"name": "held-out split of the corpus", "type": release.corpus}
            metrics = [
                {"type": metric, "value": value, "name": metric_label(section, metric)}
                for other, metric in results.language_metrics()
                if other == section and (value := results.numbers.get(Key(name, section, "", metric))) is not None
            ]
        if metrics:
            entries.append({"task": {"type": task}, "dataset": data, "metrics": metrics})
    return entries


def _seeds(count: Number | None) -> str:
    return "" if count is None else f", mean over {count} seeds" if count > 1 else ", 1 seed"


def _about(release: Release) -> str:
    config, teacher = release.config, release.sentence_teacher
    origins = " and ".join(f"[{id}](https://huggingface.co/{id})" for id in release.origins)
    return (
        f"A BERT for Brazilian Portuguese with {config['num_hidden_layers']} layers, {config['hidden_size']} hidden "
        f"units and {release.parameters:,} parameters: the student `{release.name}` of the {PROJECT} pipeline"
        f"{f', made from {origins}' if origins else ''}. It predicts masked words. Fine-tune it for tasks where a "
        "large model is too slow or too big."
        f"{f' Its sentence vectors imitate those of {plain(teacher)}.' if teacher else ''}"
    )


USE = """\
```python
from transformers import pipeline

fill = pipeline("fill-mask", model="<this folder or its name on the hub>")
fill("A menina foi à [MASK] com a mãe.")
```

For a vector of a text, take the mean of its states:

```python
from sentence_transformers import SentenceTransformer

SentenceTransformer("<this folder or its name on the hub>").encode(["A menina foi à escola."])
```

To fine-tune, load `AutoModelForSequenceClassification`, which puts a new head on the state at [CLS]. The rows *cls
head* below show what that gives. `python -m bench.standard_head <folder>` in the pipeline's repository repeats it with
`transformers.Trainer` and one fixed recipe."""
USE_COMPACT = """\
In a clone of the pipeline's repository, or after `pip install .` there:

```sh
tinypt fill "A menina foi à [MASK] com a mãe." --model <this folder>
tinypt similar "A menina foi à escola." "A garota foi ao colégio." --model <this folder>
```

ONNX Runtime alone runs `onnx/compact.onnx` too. There are no weights for PyTorch here, so transformers and
sentence-transformers cannot load this folder."""


def _scores_table(release: Release) -> Table:
    """A row per metric, a column per model: this model first, then the references."""
    results = release.results
    order = [release.name, *(name for name in results.models if name != release.name)]
    rows = []
    for section in results.measurements(release.name):
        for protocol in results.protocols(section):
            for metric in results.metrics(section):
                scores = [show_score(results.score(model, section, protocol, metric)) for model in order]
                rows.append([f"{_section(release, section)}, {label(protocol)}: {label(metric)}", *scores])
        for other, metric in results.language_metrics():
            if other == section:
                numbers = [show(results.numbers.get(Key(model, section, "", metric))) for model in order]
                rows.append([metric_label(section, metric), *numbers])
    note = (
        "*frozen*: cosine of mean-pooled embeddings, or a linear probe on them. *fine-tuned*: the whole model, mean "
        "over seeds. *task distillation*: the same on the soft labels of a fine-tuned teacher. *cls head*: the "
        "standard head, as in AutoModelForSequenceClassification; only it compares with scores published elsewhere. "
        "*matched head*: the means of the token states and, for pairs, how well their words match. Brackets are 95 % "
        "intervals; ± is the standard deviation over seeds. The loss compares only models with the same tokenizer; "
        "bits per character and word accuracy compare all models."
    )
    return Table("", ["", "this model", *map(label, order[1:])], rows, [note, *_caveats(release)])


def _section(release: Release, section: str) -> str:
    """Label of a task or other section, with a mark if its data are generated."""
    return f"{label(section)} ({GENERATED})" if release.generated(section) else label(section)


def _caveats(release: Release) -> list[str]:
    """What the table's names could hide: generated data under the name of a task, a stand-in under that of a model."""
    notes = []
    if any(map(release.generated, release.results.tasks())):
        notes.append(
            f"*{GENERATED}*: the pipeline generates the task's rows to test itself. Such a score says nothing about "
            "the data set of that name."
        )
    shown = [] if release.only_generated else [name for name in release.stand_ins if name in release.results.models]
    if shown:
        names = " and ".join(f"*{name}*" for name in shown)
        are = "are stand-ins" if len(shown) > 1 else "is a stand-in"
        notes.append(f"{names} {are}, pre-trained by the pipeline in place of a published model.")
    return notes


def _training(release: Release) -> str:
    source = release.text or ", ".join(release.datasets) or UNNAMED[release.corpus]
    student = yaml.safe_dump(dict(release.student), sort_keys=False, allow_unicode=True)
    numbers = release.results.training.get(release.name, {})
    result = "; ".join(f"{label(key)} {show(number)}" for key, number in numbers.items())
    return f"## Training\n\nText: {source}. Parameters:\n\n```yaml\n{student}```\n\nResult: {result}."


def _limits(release: Release) -> str:
    case = "keeps case and accents" if release.cased else "drops case and accents: *e* and *é* become the same word"
    return f"""\
## Limits

- The tokenizer {case}. Its vocabulary has {release.config["vocab_size"]:,} word pieces; the model reads at most \
{release.config["max_position_embeddings"]} of them: it was trained on no longer texts.
- A model this small knows few facts. It repeats the prejudices of its training text and of its teacher.
- Scores are uncertain by more than their standard deviation over seeds: the test sets are samples too."""


def _licence(release: Release) -> str:
    text = f"## Licence\n\nLicence of the weights: {release.license}."
    if release.origins:
        text += f" They derive from {' and '.join(release.origins)}, whose licences and notices still apply."
    if release.sentence_teacher:
        text += f" It contains no weights of its sentence teacher: {plain(release.sentence_teacher)}."
    if release.datasets:
        text += (
            f" The release contains no text of the data ({', '.join(release.datasets)}), which have their own terms."
        )
    return text
