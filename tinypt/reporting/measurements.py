"""Tables of everything measured on models: the headline, each measurement in full, and the training."""

from tinypt.reporting.comparisons import Comparisons
from tinypt.reporting.efficiency import Efficiency
from tinypt.reporting.published import PUBLISHED
from tinypt.reporting.results import (
    Results,
    bits_per_character,
    flatten,
    is_task,
    metrics_of,
    number,
    protocols_of,
    value,
)
from tinypt.reporting.tables import BLANK, Table, label, show, show_score


def headline_table(results: Results, comparisons: Comparisons, efficiency: Efficiency) -> Table:
    """One row a model: what it costs, its bits per character, and every task's first metric beside the published."""
    length, latency = efficiency.longest(), efficiency.latency()
    header = ["model", "parameters, millions", f"ms a text, {length} pieces", "bits per character"]
    rows = []
    for model, scores in results.models.items():
        cost = efficiency.models.get(model)
        millions = BLANK if cost is None else f"{cost.parameters / 1e6:.2f}"
        rows.append([label(model), millions, show(latency.get(model), 2), show(bits_per_character(scores), 2)])
    baselines = list(dict.fromkeys(name for task in results.task_names() for name in results.baselines(task)))
    rows += [[label(name), BLANK, BLANK, BLANK] for name in baselines]
    bits = {name: bits_per_character(results.models[name]) for name in results.sets()}
    known = {name: score for name, score in bits.items() if score is not None}
    best = {(list(results.models).index(min(known, key=lambda name: known[name])), 3)} if known else set()
    for task in results.task_names():
        metric = metrics_of(results, task)[0]
        for protocol in protocols_of(results, task):
            leaders = comparisons.leaders(results, task, protocol, metric)
            best |= {(list(results.models).index(name), len(header)) for name in leaders}
            header.append(f"{label(task)}, {label(protocol)}")
            for row, scores in zip(rows, results.models.values(), strict=False):
                row.append(show(value(scores, task, protocol, metric), 3))
            for row, name in zip(rows[len(results.models) :], baselines, strict=True):
                row.append(show(number(results.baselines(task).get(name, {}), metric), 3))
        header.append(f"{label(task)}, published")
        columns = PUBLISHED[task].columns.values() if task in PUBLISHED else []
        printed = {name: [f"{column[name]:.3f}" for column in columns if name in column] for name in results.models}
        for row, name in zip(rows, [*results.models, *baselines], strict=True):
            row.append(" / ".join(printed.get(name, [])) or BLANK)
    return Table("Headline", header, rows, best=frozenset(best))


def mlm_table(results: Results) -> Table:
    """How well each model predicts held-out words: everything evaluate.json holds beside the tasks, counts left out."""
    keys: dict[tuple[str, str], None] = {}
    for scores in results.models.values():
        for section, part in scores.items():
            if not is_task(part):
                keys |= {(section, name): None for name, score in flatten(part).items() if isinstance(score, float)}
    columns = _published_columns("mlm")
    header = ["model", *(label(name if section == "mlm" else f"{section} {name}") for section, name in keys), *columns]
    rows = []
    for model, scores in results.models.items():
        own = [show(number(scores, section, *name.split("."))) for section, name in keys]
        rows.append([label(model), *own, *_published("mlm", model)])
    return Table(label("mlm"), header, rows, _notes("mlm"))


def task_table(results: Results, comparisons: Comparisons, task: str) -> Table:
    """One task: every model under both protocols, the baselines that need no model, what was published."""
    pairs = [(protocol, metric) for protocol in protocols_of(results, task) for metric in metrics_of(results, task)]
    header = ["model", *(f"{label(protocol)}: {label(metric)}" for protocol, metric in pairs)]
    header += _published_columns(task)
    rows = []
    for model, scores in results.models.items():
        cells = [show_score(scores, task, protocol, metric) for protocol, metric in pairs]
        rows.append([label(model), *cells, *_published(task, model)])
    for name, untrained in results.baselines(task).items():
        cells = [show(number(untrained, metric)) for _, metric in pairs]
        rows.append([label(name), *cells, *[BLANK] * (len(header) - 1 - len(cells))])
    first = metrics_of(results, task)[0]
    best = {
        (list(results.models).index(name), 1 + place)
        for place, (protocol, metric) in enumerate(pairs)
        if metric == first
        for name in comparisons.leaders(results, task, protocol, metric)
    }
    return Table(label(task), header, rows, _notes(task), frozenset(best))


def distill_table(results: Results) -> Table:
    """What distill.json says of each set, key by key."""
    flat = {name: flatten(scores) for name, scores in results.distill.items()}
    keys = list(dict.fromkeys(key for scores in flat.values() for key in scores))
    rows = [[name, *(show(scores.get(key)) for key in keys)] for name, scores in flat.items()]
    return Table("Training", ["set", *map(label, keys)], rows)


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
    notes = [f"Published values do not compare with ours directly. {published.caveat}"]
    if published.anchors:
        anchors = "; ".join(f"{what} {score}" for what, score in published.anchors)
        notes.append(f"For orientation, on the official data: {anchors}.")
    return notes
