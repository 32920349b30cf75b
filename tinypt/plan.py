"""The disk space, time and memory of a run, by arithmetic on its parameters.

Rates and sizes are those of docs/data.md, docs/sentences.md, docs/targets.md and docs/performance.md. Those of web text
were measured on other Portuguese prose than brWaC. Those of the sample are good to a tenth.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tinypt.params.corpus import Corpus, HubCorpus, SampleCorpus, VertCorpus
from tinypt.params.evaluate import Evaluate
from tinypt.params.loader import REFERENCES
from tinypt.params.models import Base, HubModel, Teacher
from tinypt.params.sentences import PackageEncoder
from tinypt.params.students import TEACHER_TERMS, Shape, Student
from tinypt.params.targets import Targets

BRWAC_BYTES, BRWAC_DOCUMENTS = 16.0e9, 3_530_796  # of text, UTF-8
PUBLISHED = 0.63  # bytes in the hub's cache per byte of text: Parquet with Snappy
MEASURES = 190  # bytes on disk of a document's measures. The decisions of select, 18 bytes, are left out
TEMPORARY = 1.6, 3.2  # of clean while it runs, per byte of cleaned text on disk; of tokenize@base, per piece
TOKEN_BYTES = {"teacher": 2, "base": 6}  # the base's blocks also hold the teacher's pieces and the words
PIECE_BYTES = 12  # a piece in the pieces.json of each split
CLEAN_SPEED = 20e6  # bytes of text per second and core
TOKENIZE_SPEED = {"teacher": 1.77e6, "base": 0.44e6}
WEIGHT = 4  # bytes of a weight on disk, in fp32
RELEASE = {"all": 10, "compact": 1}  # bytes of a weight in a release: two files in fp32, and two of 8 bits; or one
ENCODE_SECONDS = 0.006  # a sentence, for the encoder in the package
CHUNK = 2**25  # logits that a GPU processes at once
SENTENCE_PIECES = 30  # of a stored sentence
BERTIMBAU, BERT_TINY = (Shape(12, 768, 12, 3072), 29_794), (Shape(2, 128, 2, 512), 30_522)  # pieces of the vocabulary

Size = tuple[Shape, int]


@dataclass(frozen=True)
class Rates:
    """What becomes of a corpus.

    document: bytes of its text. raw, clean: bytes on disk per byte of text, before and after cleaning. kept: share of
    the text that `select` keeps. pieces: per byte of that text, with each model's vocabulary. words: per piece of the
    base.
    """

    document: float
    raw: float
    clean: float
    kept: float
    pieces: dict[str, float]
    words: float


# Documents of brWaC. On disk, literature, the prose that takes most; pieces and words of news, with the published
# vocabularies. Both are in docs/data.md.
WEB = Rates(BRWAC_BYTES / BRWAC_DOCUMENTS, 0.42, 0.42, 0.92, {"teacher": 0.22, "base": 0.33}, 0.57)
# The models that params.yaml makes of generated text. Its raw shards also hold the texts without noise.
SAMPLE = Rates(860, 0.53, 0.32, 0.74, {"teacher": 0.20, "base": 0.52}, 0.37)


@dataclass(frozen=True)
class StagePlan:
    """Disk space in bytes that stays, and CPU seconds of one core; None where a size is not known."""

    stage: str
    disk: float
    seconds: float | None


@dataclass(frozen=True)
class StudentPlan:
    """Training of one student.

    steps: optimizer steps; tokens: tokens trained on; flops: floating-point operations of all steps;
    memory: peak bytes on the device.
    """

    name: str
    steps: int
    tokens: float
    flops: float
    memory: float


@dataclass(frozen=True)
class Plan:
    """Needs of a run.

    text: bytes of text in the corpus; temporary: bytes of disk needed for a time; finetunings: of all models.
    """

    text: float
    stages: list[StagePlan]
    temporary: float
    students: list[StudentPlan]
    finetunings: int

    @property
    def disk(self) -> float:
        """Bytes that all outputs take; DVC's cache holds the same files, linked."""
        return sum(stage.disk for stage in self.stages)


def text_bytes(corpus: Corpus) -> float | None:
    """Bytes of text in a corpus whose size is known: brWaC or the sample."""
    if isinstance(corpus, SampleCorpus):
        return corpus.documents * SAMPLE.document
    if isinstance(corpus, HubCorpus) and corpus.configuration == "brwac":
        return BRWAC_BYTES * min(1, (corpus.documents or BRWAC_DOCUMENTS) / BRWAC_DOCUMENTS)
    return BRWAC_BYTES if isinstance(corpus, VertCorpus) else None


def make_plan(sections: dict[str, Any], text: float) -> Plan:
    """Plan a run.

    Args:
        sections: name -> values of a parameter file's section, as `check_file` returns them.
        text: bytes of text in the corpus.
    """
    rates = SAMPLE if isinstance(sections["corpus"], SampleCorpus) else WEB
    kept = text * rates.kept
    teacher, base = _size(sections["teacher"], BERTIMBAU), _size(sections["base"], BERT_TINY)
    students: dict[str, Student] = sections["students"]
    length: int = sections["tokenize"].length
    stages = [
        *_cached(sections, text, {"teacher": teacher, "base": base}),
        StagePlan("download", text * rates.raw, None),
        StagePlan("clean", text * rates.clean + text / rates.document * MEASURES, text / CLEAN_SPEED),
        StagePlan("split", kept * rates.clean, None),
        *(
            StagePlan(
                f"tokenize@{name}",
                kept * rates.pieces[name] * TOKEN_BYTES[name] + 2 * vocabulary * PIECE_BYTES,
                kept / TOKENIZE_SPEED[name],
            )
            for name, (_, vocabulary) in (("teacher", teacher), ("base", base))
        ),
        *_targets(sections["targets"], teacher[0].hidden, kept, length, rates),
        *_sentences(sections),
        _models(sections, teacher, base),
    ]
    special = length / (length - 2)  # a block begins and ends with a special token
    train = kept * (1 - sections["split"].test_share) * special
    plans = [
        plan_student(name, student, train * rates.pieces[student.init.tokenizer], length, teacher, base)
        for name, student in students.items()
    ]
    temporary = max(TEMPORARY[0] * text * rates.clean, TEMPORARY[1] * kept * rates.pieces["base"])
    return Plan(text, stages, temporary, plans, _finetunings(sections))


def plan_student(name: str, student: Student, train: float, length: int, teacher: Size, base: Size) -> StudentPlan:
    """Plan the training of a student on the blocks of `length` that `train` tokens make, some for validation.

    `teacher` and `base` are the shapes of these models and the numbers of their pieces.
    Only matrix products are counted: a product with n weights takes 2n operations, and as many again for each of its
    two gradients; attention takes 4 · length · width in each layer. Heads run at masked positions alone. The formula
    of the memory is that of docs/performance.md.
    """
    options = student.distill
    shape, vocabulary = _student_size(student, teacher, base)
    step = options.batch_size * options.accumulation * length
    steps = max(1, round(options.epochs * (train - options.validation_blocks * length) / step))
    masked = sum(options.mask_probability) / 2
    flops = 3 * _forward(shape, length, masked, vocabulary)
    flops += 3 * _forward(shape, SENTENCE_PIECES, 0, 0) * (options.sentences_per_block or 0) * SENTENCE_PIECES / length
    weights = 16 * _parameters(shape, vocabulary)
    if options.losses.keys() & set(TEACHER_TERMS) and options.targets == "live":
        flops += _forward(teacher[0], length, masked, teacher[1])
        weights += (2 if options.precision == "bf16" else 4) * _parameters(*teacher)
    positions = options.batch_size * round(max(options.mask_probability) * length)
    logits = positions * vocabulary
    activations = (6 if options.precision == "bf16" else 12) * logits + 28 * min(logits, CHUNK)
    activations += 60 * options.batch_size * length * shape.layers * shape.hidden
    return StudentPlan(name, steps, float(steps * step), steps * step * flops, weights + activations)


def _size(model: Teacher | Base, published: Size) -> Size:
    """A model's shape and pieces; a published one is not looked at, and taken for the study's."""
    if isinstance(model, HubModel):
        return published
    found = model.architecture
    return Shape(found.layers, found.hidden, found.heads, found.feed_forward), model.vocabulary.size


def _student_size(student: Student, teacher: Size, base: Size) -> Size:
    """A student's shape and pieces; those that a trimmed vocabulary leaves out are not known, and counted."""
    return student.init.architecture or base[0], (teacher if student.init.tokenizer == "teacher" else base)[1]


def _forward(shape: Shape, length: int, masked: float, vocabulary: int) -> float:
    """Operations of a forward pass for each token."""
    width = shape.hidden
    encoder = shape.layers * (2 * (4 * width**2 + 2 * width * shape.feed_forward) + 4 * length * width)
    return encoder + masked * 2 * (width**2 + width * vocabulary)


def _parameters(shape: Shape, vocabulary: int) -> int:
    layers = shape.layers * (4 * shape.hidden**2 + 2 * shape.hidden * shape.feed_forward)
    return layers + shape.hidden * (vocabulary + 512)


def _cached(sections: dict[str, Any], text: float, models: dict[str, Size]) -> list[StagePlan]:
    """Data files are fetched whole, so a few documents take a file at least; its size is not known here."""

    def is_fetched(source: object) -> bool:
        return isinstance(source, HubCorpus | HubModel) and not Path(source.id).is_dir()

    sizes = {"corpus": text * PUBLISHED} | {name: WEIGHT * _parameters(*size) for name, size in models.items()}
    fetched = [size for name, size in sizes.items() if is_fetched(sections[name])]
    return [StagePlan("the hub's cache", sum(fetched), None)] if fetched else []


def _models(sections: dict[str, Any], teacher: Size, base: Size) -> StagePlan:
    """The references, and of each student its start, its end and its release."""
    references = (teacher, base, (base[0], teacher[1]))  # the last is untrained
    students = [_student_size(student, teacher, base) for student in sections["students"].values()]
    each = 2 * WEIGHT + RELEASE[sections["export"].files]
    weights = [(WEIGHT, size) for size in references] + [(each, size) for size in students]
    return StagePlan("models", sum(number * _parameters(*size) for number, size in weights), None)


def _targets(targets: Targets, width: int, kept: float, length: int, rates: Rates) -> list[StagePlan]:
    pieces = {name: kept * rate for name, rate in rates.pieces.items()}
    found = []
    if (own := targets.teacher) is not None:
        samples = 0.25 + own.mask_probability * 2 * own.samples
        vectors = 2 * (own.width or width) / length if own.alignment else 0
        found.append(StagePlan("targets@teacher", own.draws * (samples + vectors) * pieces["teacher"], None))
    if (other := targets.base) is not None:
        vectors = rates.words if other.alignment == "word" else 1 / length
        found.append(StagePlan("targets@base", vectors * 2 * (other.width or width) * pieces["base"], None))
    return found


def _sentences(sections: dict[str, Any]) -> list[StagePlan]:
    encoder, number = sections["sentence_teacher"], sections["sentences"].number
    if encoder is None:
        return []
    is_package = isinstance(encoder, PackageEncoder)
    width = 512 if is_package else 768
    return [StagePlan("sentences", number * 2.0 * width, number * ENCODE_SECONDS if is_package else None)]


def _finetunings(sections: dict[str, Any]) -> int:
    """Fine-tunings of all models, those in cross-validation and the second ones of students included."""
    options: Evaluate = sections["evaluate"]
    settings = options.finetune
    groups = len(sections["tasks"]) - sum(len(group) - 1 for group in settings.joint)
    tried = len(settings.learning_rates) + len(settings.dropouts) - 1
    choice = tried * settings.folds if tried > 1 else 0
    first = (len(sections["students"]) + len(REFERENCES)) * (choice + len(settings.seeds))
    found = groups * len(settings.heads) * first
    if (distillation := options.task_distillation) is not None:
        found += groups * (choice + len(settings.seeds))  # of the model that writes the soft labels
        found += groups * len(settings.heads) * len(distillation.students) * len(settings.seeds)
    return found
