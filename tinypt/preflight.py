"""What a run needs from the hub and from this machine, asked for before it starts."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tinypt.corpus.hub import HubStream
from tinypt.corpus.sources import local_files
from tinypt.evaluation.tasks.contamination import check_contamination
from tinypt.evaluation.tasks.read import read_data
from tinypt.evaluation.tasks.table import check_task
from tinypt.modeling.types import ACTIVATIONS, EXPORTED, HEADS, LIKE_BERT, WORDPIECE, sizes
from tinypt.params.check import check_models
from tinypt.params.corpus import FilesCorpus, HubCorpus, SampleCorpus
from tinypt.params.evaluate import TaskTeacher
from tinypt.params.fit import sizes_of
from tinypt.params.models import HubModel, PretrainedBase
from tinypt.params.sentences import HubEncoder
from tinypt.params.students import Student
from tinypt.params.tasks import HubData, SampleData, Task
from tinypt.plan import Plan, make_plan, text_bytes
from tinypt.runtime.errors import PipelineError, first_line
from tinypt.runtime.hub import UNREACHABLE, ask_for_model, read_config
from tinypt.sentences.encoders import load_encoder

CPU_SPEED = 0.25e12  # operations per second of training on two cores (docs/performance.md)
LONGEST = 30 * 86_400  # seconds of training that a CPU is worth
Answer = tuple[str, str | None]


def has_questions(sections: dict[str, Any]) -> bool:
    """Whether a run on these parameters needs anything but the pipeline itself: files, or models or data of the hub."""
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
    corpus, base = sections["corpus"], sections["base"]
    if isinstance(corpus, HubCorpus):
        found[f"corpus {corpus.id}"] = lambda: next(HubStream(corpus, Counter()).records(), None)
    elif not isinstance(corpus, SampleCorpus):
        found["corpus"] = partial(local_files, corpus)
    if isinstance(base, PretrainedBase) and isinstance(base.corpus, FilesCorpus):
        found["base.corpus"] = partial(local_files, base.corpus)
    for name, task in sections["tasks"].items():
        if not isinstance(task.data, SampleData):
            subject = f": {task.data.id}" if isinstance(task.data, HubData) else ""
            found[f"task {name}{subject}"] = partial(_read_task, name, task, sections["seed"])
    published = [name for name in ("teacher", "base") if isinstance(sections[name], HubModel)]
    for name in ("teacher", "base"):
        if name in published:
            found[f"{name} {sections[name].id}"] = partial(_ask_for_model, name, sections[name], sections)
        elif path := sections[name].vocabulary.path:
            found[f"{name}.vocabulary.path {path}"] = partial(_read_vocabulary, path)
    if published:
        found["students"] = partial(_check_students, sections)
    encoder = sections["sentence_teacher"]
    if isinstance(encoder, HubEncoder):
        found[f"sentence_teacher {encoder.id}"] = partial(_ask_for_encoder, encoder)
    distillation = sections["evaluate"].task_distillation
    if distillation and (teacher := distillation.teacher):
        length = sections["evaluate"].max_length
        found[f"evaluate.task_distillation.teacher {teacher.id}"] = partial(_ask_for_task_teacher, teacher, length)
    return found


def _ask_for_model(name: str, model: HubModel, sections: dict[str, Any]) -> None:
    """Ask for the model, and look whether the stages can use it with these parameters. A local one is loaded.

    Raises:
        PipelineError: they cannot; or as `ask_for_model`.
    """
    local = Path(model.id).is_dir()
    if not local:
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
    if name == "base" and (function := config.get("hidden_act", "gelu")) not in ACTIVATIONS:
        raise PipelineError(f"has hidden_act {function}; a student made from it can only be exported with {EXPORTED}")
    students: dict[str, Student] = sections["students"]
    for student, options in students.items() if name == "teacher" else []:
        if options.init.vocabulary == "trimmed" and kind not in WORDPIECE:
            raise PipelineError(f"students.{student}.init.vocabulary: trimmed needs BERT's tokenizer; take full")
        if options.init.encoder == "teacher" and kind != "bert":
            raise PipelineError(f"students.{student}.init.encoder: teacher needs a BERT, not a model of type {kind}")
        if "relations" in options.distill.losses and kind not in LIKE_BERT:
            where = f"students.{student}.distill.losses.relations"
            raise PipelineError(f"{where}: needs queries and keys where BERT has them, unlike a model of type {kind}")
    if local:
        from tinypt.modeling.load import load_published  # imported here because PyTorch is slow

        load_published(model.id, model.revision, model.cased)


def _check_students(sections: dict[str, Any]) -> None:
    """Look whether the students fit the models, by their config.json."""
    from transformers import AutoConfig  # imported here because it is slow

    found = []
    for model in (sections["teacher"], sections["base"]):
        if not isinstance(model, HubModel):
            found.append(sizes_of(model.architecture))
            continue
        try:
            config = read_config(model.id, model.revision)
        except PipelineError:
            return  # the question about the model has said so
        try:
            found.append(sizes(AutoConfig.for_model(config.pop("model_type", "bert"), **config)))
        except Exception as error:  # transformers raises many kinds
            raise PipelineError(f"{model.id}: config.json cannot be read: {first_line(error)}") from None
    check_models(sections, *found)


def _ask_for_encoder(encoder: HubEncoder) -> None:
    """Ask for a sentence teacher. A local one is loaded, and reads a word."""
    if Path(encoder.id).is_dir():
        load_encoder(encoder).encode(["menina"])
    else:
        ask_for_model(encoder.id, encoder.revision)


def _ask_for_task_teacher(teacher: TaskTeacher, length: int) -> None:
    if Path(teacher.id).is_dir():
        from tinypt.evaluation.model import load_encoder_model  # imported here because PyTorch is slow

        load_encoder_model(teacher.id, Path(teacher.id), length)
    else:
        ask_for_model(teacher.id, teacher.revision)


def _read_vocabulary(path: Path) -> None:
    from tinypt.tokens.vocabulary import read_vocabulary  # imported here because transformers is slow

    read_vocabulary(path)


def _read_task(name: str, task: Task, seed: int) -> None:
    """Read a task and check it as the stage `tasks` will."""
    data, _ = read_data(task, seed)
    check_task(name, data)
    check_contamination(name, data, task.max_contamination)


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
