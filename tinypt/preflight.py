"""What a run needs from the hub and from this machine, asked for before it starts."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tinypt.corpus.hub import HubStream
from tinypt.modeling.types import HEADS, WORDPIECE
from tinypt.params.corpus import HubCorpus
from tinypt.params.models import HubModel
from tinypt.params.sentences import HubEncoder
from tinypt.params.students import Student
from tinypt.params.tasks import HubData, Task
from tinypt.plan import Plan, make_plan, text_bytes
from tinypt.runtime.errors import PipelineError
from tinypt.runtime.hub import UNREACHABLE, ask_for_model, read_config

CPU_SPEED = 0.25e12  # operations per second of training on two cores (docs/performance.md)
LONGEST = 30 * 86_400  # seconds of training that a CPU is worth
Answer = tuple[str, str | None]


def has_questions(sections: dict[str, Any]) -> bool:
    """Whether a run on these parameters needs anything from the hub, or a published model."""
    return bool(_questions(sections))


def ask(sections: dict[str, Any]) -> Iterator[Answer]:
    """Ask the hub for everything that the parameters name, unless it cannot be reached; then look at the machine.

    Args:
        sections: name -> values of a parameter file's section, as `check_file` returns them.

    Yields:
        What was asked for, and what is wrong with it; None for nothing.
    """
    for subject, question in _questions(sections).items():
        try:
            question()
            yield subject, None
        except PipelineError as error:
            yield subject, str(error)
            if UNREACHABLE in str(error):
                break  # the client has tried for half a minute, and would for every question
    yield from _machine(sections)


def _questions(sections: dict[str, Any]) -> dict[str, Callable[[], object]]:
    """Functions that raise a PipelineError, by what they ask for. They read as the stages will.

    Of the corpus that is the first data file, which stays in the hub's cache for the stage `download`.
    """
    found: dict[str, Callable[[], object]] = {}
    corpus = sections["corpus"]
    if isinstance(corpus, HubCorpus) and not Path(corpus.id).is_dir():
        found[f"corpus {corpus.id}"] = lambda: next(HubStream(corpus, Counter()).records(), None)
    for name, task in sections["tasks"].items():
        if isinstance(task.data, HubData) and not Path(task.data.id).is_dir():
            found[f"task {name}: {task.data.id}"] = partial(_read_task, task)
    for name in ("teacher", "base"):
        if isinstance(model := sections[name], HubModel):
            found[f"{name} {model.id}"] = partial(_ask_for_model, name, model, sections)
    encoder = sections["sentence_teacher"]
    if isinstance(encoder, HubEncoder) and not Path(encoder.id).is_dir():
        found[f"sentence_teacher {encoder.id}"] = partial(ask_for_model, encoder.id, encoder.revision)
    distillation = sections["evaluate"].task_distillation
    if distillation and (teacher := distillation.teacher) and not Path(teacher.id).is_dir():
        found[f"evaluate.task_distillation.teacher {teacher.id}"] = partial(ask_for_model, teacher.id, teacher.revision)
    return found


def _ask_for_model(name: str, model: HubModel, sections: dict[str, Any]) -> None:
    """Ask for the model, and look whether the stages can use it with these parameters.

    Raises:
        PipelineError: they cannot; or as `ask_for_model`.
    """
    if not Path(model.id).is_dir():
        ask_for_model(model.id, model.revision)
    config = read_config(model.id, model.revision)
    kind, positions = config.get("model_type", "bert"), config.get("max_position_embeddings", 512)
    usable, length = list(HEADS) if name == "teacher" else ["bert"], sections["tokenize"].length
    if kind not in usable:
        raise PipelineError(f"is a model of type {kind}; these can be used: {', '.join(usable)}")
    if not isinstance(positions, int):
        raise PipelineError(f"its config.json has max_position_embeddings {positions!r}, which is no number")
    if positions < length:
        raise PipelineError(f"has positions for {positions} pieces, but tokenize.length is {length}")
    students: dict[str, Student] = sections["students"]
    for student, options in students.items() if name == "teacher" else []:
        if options.init.vocabulary == "trimmed" and kind not in WORDPIECE:
            raise PipelineError(f"students.{student}.init.vocabulary: trimmed needs BERT's tokenizer; take full")
        if options.init.encoder == "teacher" and kind != "bert":
            raise PipelineError(f"students.{student}.init.encoder: teacher needs a BERT, not a model of type {kind}")


def _read_task(task: Task) -> object:
    from tinypt.evaluation.tasks.hub import read_hub  # imported here because datasets is slow

    assert isinstance(task.data, HubData)
    return read_hub(task.data, task.kind)


def _no_gpu(torch: Any) -> str:
    built = torch.version.cuda or torch.version.hip
    return "torch sees none" if built else "this torch is built for CPUs (rm -r .venv && make repro TORCH=auto)"


def _machine(sections: dict[str, Any]) -> Iterator[Answer]:
    import torch  # imported here because it is slow

    from tinypt.modeling.forward import pick_device
    from tinypt.training.compiler import REMEDY, has_compiler

    students: dict[str, Student] = sections["students"]
    device = pick_device()
    text = text_bytes(sections["corpus"])
    if text is not None:
        plan = make_plan(sections, text)
        yield _disk(plan)
        days = sum(student.flops for student in plan.students) / CPU_SPEED / 86_400
        if device.type == "cuda":
            yield f"GPU {torch.cuda.get_device_name()}", None
        elif days * 86_400 > LONGEST:
            yield "GPU", f"{_no_gpu(torch)}, and training would take {days:,.0f} days on two cores of a CPU"
        else:
            yield f"GPU: none; training takes about {days:,.1f} days on two cores of a CPU", None
    if device.type == "cuda" and any(student.distill.precision == "bf16" for student in students.values()):
        fast = torch.cuda.is_bf16_supported(including_emulation=False)
        yield "bf16", None if fast else "this GPU has no bf16 arithmetic; set precision: fp32"
    if any(student.distill.compile for student in students.values()):
        yield "C++ compiler, for compile: true", None if has_compiler(device) else f"there is none; {REMEDY}"
    if isinstance(sections["sentence_teacher"], HubEncoder):
        missing = find_spec("sentence_transformers") is None
        yield "sentence-transformers", "not installed; pip install -r requirements-sentences.txt" if missing else None


def _disk(plan: Plan) -> Answer:
    needed, free = (plan.disk + plan.temporary) / 1e9, shutil.disk_usage(Path.cwd()).free / 1e9
    subject = f"disk: {needed:,.1f} GB needed, {free:,.1f} GB free"
    return subject, None if needed <= free else "move the project to a larger disk"
