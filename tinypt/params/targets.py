"""Section targets: the teacher's outputs, cached for students with `targets: cached`."""

from dataclasses import dataclass
from typing import Literal

from tinypt.params.loader import require, require_counts
from tinypt.params.students import Student


@dataclass(frozen=True)
class TeacherTargets:
    """Cached outputs for students with the teacher's tokenizer. The teacher reads the same masked blocks as they do.

    Attributes:
        draws: masked versions of each block. Epochs use them in turn.
        mask_probability: share of positions masked.
        temperature: of the teacher's distribution at masked positions.
        samples: pieces drawn from that distribution at each masked position.
        alignment: sentence also caches the mean vector of each masked block; null does not.
        width: dimensions of these vectors; null for the teacher's hidden size.
        precision: of the teacher's weights.
    """

    draws: int
    mask_probability: float
    temperature: float
    samples: int
    alignment: Literal["sentence"] | None
    width: int | None
    precision: Literal["fp32", "bf16"]

    def __post_init__(self) -> None:
        """Refuse values outside their range."""
        require_counts(self, "draws", "temperature", "samples", "width")
        require(0 < self.mask_probability < 1, "mask_probability", f"must be in (0, 1), is {self.mask_probability}")
        require(self.width is None or self.alignment is not None, "width", "must be null, since alignment is null")


@dataclass(frozen=True)
class BaseTargets:
    """Cached outputs for students with BERT-tiny's tokenizer. The teacher reads the text without masks.

    Attributes:
        alignment: sentence caches a vector per block, word one per word.
        width: dimensions of the vectors; null for the teacher's hidden size.
        precision: of the teacher's weights.
    """

    alignment: Literal["sentence", "word"]
    width: int | None
    precision: Literal["fp32", "bf16"]

    def __post_init__(self) -> None:
        """Refuse an impossible width."""
        require_counts(self, "width")


@dataclass(frozen=True)
class Targets:
    """Outputs to cache for the students of each tokenizer; null for none."""

    teacher: TeacherTargets | None
    base: BaseTargets | None


def mismatch(student: Student, cached: TeacherTargets | BaseTargets | None) -> str | None:
    """Why a student with `targets: cached` cannot use the outputs cached for its tokenizer; None if it can."""
    options, section = student.distill, f"targets.{student.init.tokenizer}"
    if cached is None:
        return f"cached needs {section}, which is null; fill it in, or use live"
    if isinstance(cached, TeacherTargets):
        if set(options.mask_probability) != {cached.mask_probability}:
            wanted = list(options.mask_probability)
            return f"cached needs mask_probability as in {section}, {cached.mask_probability} throughout, is {wanted}"
        if options.masking != "pieces":
            return f"cached needs masking: pieces, since {section} masks pieces, is {options.masking}"
        if "kl" in options.losses and options.temperature != cached.temperature:
            return f"cached needs temperature as in {section}, {cached.temperature}, is {options.temperature}"
    if "cosine" in options.losses and options.alignment != cached.alignment:
        return f"cached needs alignment as in {section}, {cached.alignment or 'null'}, is {options.alignment}"
    return None
