"""The model card: what the released model is, how it was made and measured, and what it is not good for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from tinypt.reporting.results import PROTOCOLS, Key, Number, Results
from tinypt.reporting.tables import Table, label, metric_label, show, show_score

PROJECT = "bert-tiny-pt"
HUB_TASKS = {
    "pair_regression": "sentence-similarity",
    "pair_classification": "text-classification",
    "text_classification": "text-classification",
}
SAMPLE = """\
> **Not for use.** This model learnt from, and was measured on, text that the pipeline generates to try itself out.
> It knows a few hundred sentence patterns and nothing of Portuguese."""


@dataclass(frozen=True)
class TaskOrigin:
    """What kind of task it is, as in the `tasks` parameters, and where its data come from."""

    kind: str
    source: str


@dataclass(frozen=True)
class Release:
    """Facts about one released model.

    name: of the parameter set. license, datasets: as in the `export` parameters. corpus: source of the text,
    as in the `corpus` parameters. origins: hub ids of the published models it descends from. config: of the
    model (Hugging Face). parameters: number of weights. cased: whether its tokenizer keeps case and accents.
    recipe: the set's parameters. tasks: origin of each task's data. files: (path, size in bytes).
    results: metrics of this model under `name`, and of the references at hand.
    """

    name: str
    license: str
    datasets: Sequence[str]
    corpus: str
    origins: Sequence[str]
    config: Mapping[str, Any]
    parameters: int
    cased: bool
    recipe: Mapping[str, Any]
    tasks: Mapping[str, TaskOrigin]
    files: Sequence[tuple[str, int]]
    results: Results

    @property
    def title(self) -> str:
        """Name of the model on the hub."""
        return f"{PROJECT}-{self.name}".replace("_", "-")

    @property
    def sample(self) -> bool:
        """Whether it learnt from generated sample text."""
        return self.corpus == "sample"


def model_card(release: Release) -> str:
    """README.md of a release: the header the hub reads, and the text."""
    header = yaml.safe_dump(_header(release), sort_keys=False, allow_unicode=True, width=1000)
    parts = [
        f"---\n{header}---",
        f"# {release.title}",
        *([SAMPLE] if release.sample else []),
        _about(release),
        _use(),
        "## Measured",
        _scores_table(release).markdown(),
        _training(release),
        "## Files",
        Table("", ["file", "MB"], [[name, f"{size / 1e6:.2f}"] for name, size in release.files]).markdown(),
        ONNX,
        _limits(release),
        _licence(release),
    ]
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


ONNX = """\
The ONNX graphs lie where transformers.js looks for them. Both give `logits` at every position and `last_hidden_state`,
for sentence embeddings; `model_quantized.onnx` has 8-bit weights."""


def _header(release: Release) -> dict[str, Any]:
    header: dict[str, Any] = {
        "language": ["pt"],
        "license": release.license,
        "library_name": "transformers",
        "pipeline_tag": "fill-mask",
        "tags": ["bert", "distillation", "onnx", "transformers.js"],
        "base_model": list(release.origins),
        "datasets": list(release.datasets),
        "widget": [{"text": "A menina foi à [MASK] com a mãe."}],
        "model-index": [{"name": release.title, "results": _index(release)}],
    }
    return {key: item for key, item in header.items() if item}


def _index(release: Release) -> list[dict[str, Any]]:
    """Every measurement of this model in the hub's model-index form."""
    entries = []
    results, name = release.results, release.name
    for section in results.measurements(name):
        if section in results.tasks():
            origin = release.tasks.get(section, TaskOrigin("text_classification", section))
            task, data = HUB_TASKS[origin.kind], {"name": label(section), "type": origin.source}
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
    config = release.config
    origins = " and ".join(f"[{id}](https://huggingface.co/{id})" for id in release.origins)
    return (
        f"A BERT of {config['num_hidden_layers']} layers and {config['hidden_size']} hidden units for Brazilian "
        f"Portuguese, {release.parameters:,} parameters, made with the parameter set `{release.name}` of the "
        f"{PROJECT} pipeline{f' from {origins}' if origins else ''}. It fills masks, and is meant to be fine-tuned on "
        "tasks where a large model is too slow or too big."
    )


def _use() -> str:
    return """\
```python
from transformers import pipeline

fill = pipeline("fill-mask", model="<this folder or its name on the hub>")
fill("A menina foi à [MASK] com a mãe.")
```"""


def _scores_table(release: Release) -> Table:
    """Every measurement a row, this model and the references the columns."""
    results = release.results
    order = [release.name, *(name for name in results.models if name != release.name)]
    rows = []
    for section in results.measurements(release.name):
        for protocol in results.protocols(section):
            for metric in results.metrics(section):
                scores = [show_score(results.score(model, section, protocol, metric)) for model in order]
                rows.append([f"{label(section)}, {label(protocol)}: {label(metric)}", *scores])
        for other, metric in results.language_metrics():
            if other == section:
                numbers = [show(results.numbers.get(Key(model, section, "", metric))) for model in order]
                rows.append([metric_label(section, metric), *numbers])
    note = (
        "*frozen*: cosine of mean-pooled embeddings, or a linear probe on them; *fine-tuned*: the whole model, mean ± "
        "standard deviation over seeds. The loss compares between models of one tokenizer only; what is measured over "
        "words compares between all."
    )
    return Table("", ["", "this model", *map(label, order[1:])], rows, [note])


def _training(release: Release) -> str:
    source = ", ".join(release.datasets) or ("generated sample text" if release.sample else f"source: {release.corpus}")
    recipe = yaml.safe_dump(dict(release.recipe), sort_keys=False, allow_unicode=True)
    numbers = release.results.training.get(release.name, {})
    told = "; ".join(f"{label(key)} {show(number)}" for key, number in numbers.items())
    return f"## Training\n\nText: {source}. Parameters of the set:\n\n```yaml\n{recipe}```\n\nResult: {told}."


def _limits(release: Release) -> str:
    case = "keeps case and accents" if release.cased else "drops case and accents: *e* and *é* are one word to it"
    return f"""\
## Limits

- The tokenizer {case}. It has {release.config["vocab_size"]:,} pieces, the model at most \
{release.config["max_position_embeddings"]} positions.
- So small a model knows few facts. It repeats the prejudices of the text it learnt from, and of its teacher's.
- Scores with a few seeds are uncertain by more than their standard deviation: the test sets are samples too."""


def _licence(release: Release) -> str:
    text = f"## Licence\n\nThe weights: {release.license}."
    if release.origins:
        text += f" They derive from {' and '.join(release.origins)}, whose licences and notices go on to apply."
    if release.datasets:
        text += f" No text of the data ({', '.join(release.datasets)}) is included; the data have terms of their own."
    return text
