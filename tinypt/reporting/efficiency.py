"""Size and speed of the models, as measured by the `efficiency` stage."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tinypt.files import flatten, read_metrics
from tinypt.reporting.results import Number
from tinypt.reporting.tables import BLANK, Table, label
from tinypt.runtime.errors import PipelineError


@dataclass(frozen=True)
class Speed:
    """Latency of one text (milliseconds) and throughput (texts per second) at one length."""

    p50_ms: float
    p95_ms: float
    texts_per_s: float


@dataclass(frozen=True)
class Cost:
    """Cost of a model, or of its encoder in one release format.

    parameters: number of weights. bytes: on disk. speeds: length in word pieces -> speed.
    """

    parameters: int
    bytes: int
    speeds: Mapping[int, Speed]


@dataclass(frozen=True)
class Efficiency:
    """All costs and the machine they were measured on.

    models: model -> cost. encoders: "<student>, <format>" -> cost of the encoder alone in each of its release formats.
    """

    threads: int
    machine: str
    models: Mapping[str, Cost]
    encoders: Mapping[str, Cost]

    def longest(self) -> int | None:
        """The greatest length measured, in word pieces."""
        return max((length for cost in self.models.values() for length in cost.speeds), default=None)

    def latency(self) -> dict[str, float]:
        """Model -> median milliseconds for one text of the greatest length."""
        length = self.longest() or 0
        return {name: cost.speeds[length].p50_ms for name, cost in self.models.items() if length in cost.speeds}


def read_efficiency(path: Path, names: Iterable[str]) -> Efficiency:
    """Read the costs of the models called `names` from data/efficiency.json.

    Raises:
        PipelineError: the file is missing, or lacks a number that the `efficiency` stage writes.
    """
    content = read_metrics(path, "efficiency", ["models", "threads"])
    numbers = flatten(content)

    def read(key: str) -> Number:
        if key not in numbers:
            raise PipelineError(f"{path}: {key} is not a number; run `dvc repro efficiency` again")
        return numbers[key]

    def cost(parameters: int, place: str) -> Cost:
        speeds = {
            length: Speed(*(read(f"{place}.lengths.{length}.{key}") for key in ("p50_ms", "p95_ms", "texts_per_s")))
            for length in sorted(map(int, _names_below(f"{place}.lengths", numbers)))
        }
        return Cost(parameters, int(read(f"{place}.bytes")), speeds)

    models, encoders = {}, {}
    for name in names:
        parameters = int(read(f"models.{name}.parameters"))
        models[name] = cost(parameters, f"models.{name}")
        for format_ in _names_below(f"models.{name}.encoder", numbers):
            encoders[f"{name}, {format_}"] = cost(parameters, f"models.{name}.encoder.{format_}")
    return Efficiency(int(read("threads")), str(content.get("machine", "unknown machine")), models, encoders)


def _names_below(place: str, keys: Iterable[str]) -> list[str]:
    """The names that follow `place` in dotted keys, in order."""
    found = (key.removeprefix(f"{place}.").split(".")[0] for key in keys if key.startswith(f"{place}."))
    return list(dict.fromkeys(found))


def efficiency_table(efficiency: Efficiency) -> Table:
    """Size and speed of every model, and its speed-up over the teacher."""
    table = _table("Efficiency", "model", efficiency.models)
    latency = efficiency.latency()
    for name, row in zip(efficiency.models, table.rows, strict=True):
        known = "teacher" in latency and name in latency
        row.append(f"{latency['teacher'] / latency[name]:.1f}" if known else BLANK)
    return replace(table, header=[*table.header, "speed-up over teacher"])


def encoder_table(efficiency: Efficiency) -> Table:
    """Size and speed of every student's encoder in each release format."""
    return _table("Encoders", "encoder", efficiency.encoders)


def _table(title: str, first: str, costs: Mapping[str, Cost]) -> Table:
    lengths = sorted({length for cost in costs.values() for length in cost.speeds})
    header = [first, "parameters", "MB"]
    for length in lengths:
        header += [f"p50 ms, {length} word pieces", f"p95 ms, {length} word pieces", f"texts/s, {length} word pieces"]
    rows = []
    for name, cost in costs.items():
        cells = [f"{cost.parameters:,}", f"{cost.bytes / 1e6:.1f}"]
        for length in lengths:
            speed = cost.speeds.get(length)
            cells += (
                [f"{speed.p50_ms:.2f}", f"{speed.p95_ms:.2f}", f"{speed.texts_per_s:,.0f}"] if speed else [BLANK] * 3
            )
        rows.append([label(name), *cells])
    return Table(title, header, rows)
