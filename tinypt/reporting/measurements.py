"""Tables of the models' scores: the headline, each measurement in full, and the training."""

from collections.abc import Collection

from tinypt.reporting.comparisons import Comparisons
from tinypt.reporting.efficiency import Efficiency
from tinypt.reporting.published import PUBLISHED
from tinypt.reporting.results import BASELINE, Key, Results
from tinypt.reporting.tables import BLANK, Table, label, metric_label, show, show_score


def headline_table(
    results: Results, comparisons: Comparisons, efficiency: Efficiency, published: Collection[str]
) -> Table:
    """A row for each model: its cost, its bits per character, and the primary metric of every task.

    Tasks in `published` get the study's numbers, which mean nothing next to those of generated text.
    """
    length, latency = efficiency.longest(), efficiency.latency()
    header = ["model", "parameters, millions", f"ms per text, {length} word pieces", "bits per character"]
    rows = []
    for model in results.models:
        cost = efficiency.models.get(model)
        millions = BLANK if cost is None else f"{cost.parameters / 1e6:.2f}"
        bits = results.bits_per_character(model)
        rows.append([label(model), millions, show(latency.get(model), 2), show(bits, 2)])
    baselines = list(dict.fromkeys(name for task in results.tasks() for name in results.baselines(task)))
    rows += [[label(name), BLANK, BLANK, BLANK] for name in baselines]
    known = {name: bits for name in results.students() if (bits := results.bits_per_character(name)) is not None}
    best = {(results.models.index(min(known, key=lambda name: known[name])), 3)} if known else set()
    for task in results.tasks():
        metric = results.metrics(task)[0]
        without = results.values(baselines, task, BASELINE, metric)
        for protocol in results.protocols(task):
            leaders = comparisons.leaders(results, task, protocol)
            best |= {(results.models.index(name), len(header)) for name in leaders}
            header.append(f"{label(task)}, {label(protocol)}")
            values = results.values(results.models, task, protocol, metric) | without
            for row, name in zip(rows, [*results.models, *baselines], strict=True):
                row.append(show(values.get(name), 3))
        if task not in published:
            continue
        header.append(f"{label(task)}, published")
        columns = PUBLISHED[task].columns.values() if task in PUBLISHED else []
        printed = {name: [f"{column[name]:.3f}" for column in columns if name in column] for name in results.models}
        for row, name in zip(rows, [*results.models, *baselines], strict=True):
            row.append(" / ".join(printed.get(name, [])) or BLANK)
    return Table("Headline", header, rows, best=frozenset(best))


def mlm_table(results: Results, published: bool) -> Table:
    """Each model's prediction of held-out text: every number of evaluate.json outside the tasks, without counts.

    `published` adds the study's numbers, here and in `task_table`.
    """
    metrics = results.language_metrics()
    header = [
        "model",
        *(metric_label(*metric) for metric in metrics),
        *(_published_columns("mlm") if published else []),
    ]
    rows = []
    for model in results.models:
        own = [show(results.numbers.get(Key(model, section, "", metric))) for section, metric in metrics]
        rows.append([label(model), *own, *(_published("mlm", model) if published else [])])
    return Table(label("mlm"), header, rows, _notes("mlm") if published else [])


def task_table(results: Results, comparisons: Comparisons, task: str, published: bool) -> Table:
    """One task: every model by every protocol, the baselines, and, if asked for, the published values."""
    columns = [(protocol, metric) for protocol in results.protocols(task) for metric in results.metrics(task)]
    header = ["model", *(f"{label(protocol)}: {label(metric)}" for protocol, metric in columns)]
    header += _published_columns(task) if published else []
    rows = []
    for model in results.models:
        cells = [show_score(results.score(model, task, protocol, metric)) for protocol, metric in columns]
        rows.append([label(model), *cells, *(_published(task, model) if published else [])])
    for name in results.baselines(task):
        cells = [show(results.numbers.get(Key(name, task, BASELINE, metric))) for _, metric in columns]
        rows.append([label(name), *cells, *[BLANK] * (len(header) - 1 - len(cells))])
    best = {
        (results.models.index(name), 1 + place)
        for place, (protocol, metric) in enumerate(columns)
        if metric == results.metrics(task)[0]
        for name in comparisons.leaders(results, task, protocol)
    }
    return Table(label(task), header, rows, _notes(task) if published else [], frozenset(best))


def distill_table(results: Results) -> Table:
    """Every number of each student's distill.json."""
    keys = list(dict.fromkeys(key for numbers in results.training.values() for key in numbers))
    rows = [[name, *(show(numbers.get(key)) for key in keys)] for name, numbers in results.training.items()]
    return Table("Training", ["student", *map(label, keys)], rows)


def _published_columns(measurement: str) -> list[str]:
    if measurement not in PUBLISHED:
        return ["published"]
    metric = label(PUBLISHED[measurement].metric).split(",")[0]
    return [", ".join(filter(None, [f"published {metric}", table])) for table in PUBLISHED[measurement].columns]


def _published(measurement: str, model: str) -> list[str]:
    if measurement not in PUBLISHED:
        return [BLANK]
    return [show(column.get(model)) for column in PUBLISHED[measurement].columns.values()]


def _notes(measurement: str) -> list[str]:
    if measurement not in PUBLISHED:
        return []
    published = PUBLISHED[measurement]
    notes = [f"The published values do not compare with ours directly. {published.caveat}"]
    if published.anchors:
        anchors = "; ".join(f"{name} {score}" for name, score in published.anchors)
        notes.append(f"Other published scores on the official data: {anchors}.")
    return notes
