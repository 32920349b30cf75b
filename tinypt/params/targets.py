"""targets: what the teacher says, stored once for every set that asks with `targets: cached`."""

from dataclasses import dataclass
from typing import Literal

from tinypt.params.loader import require
from tinypt.params.students import Student


@dataclass(frozen=True)
class TeacherTargets:
    """For sets with the teacher's tokenizer, whose teacher reads what they read: the text, masked.

    `draws` masks of every block, one an epoch and then the first again; at each masked position `samples`
    piece ids drawn from the teacher's distribution at `temperature`; with alignment: sentence the mean
    vector of each masked block too, of the teacher's own width where `width` is null. `precision` is that of
    the teacher's weights while it reads.
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
        for key in ("draws", "temperature", "samples"):
            require(getattr(self, key) > 0, key, f"must be greater than 0, is {getattr(self, key)}")
        require(0 < self.mask_probability < 1, "mask_probability", f"must be in (0, 1), is {self.mask_probability}")
        require(self.width is None or self.width > 0, "width", f"must be greater than 0, is {self.width}")
        require(self.width is None or self.alignment is not None, "width", "must be null, since alignment is")


@dataclass(frozen=True)
class BaseTargets:
    """For sets with BERT-tiny's tokenizer, whose teacher reads the text unmasked: a vector of each block or word.

    The vectors have the teacher's own width where `width` is null. `precision` is that of the teacher's weights
    while it reads.
    """

    alignment: Literal["sentence", "word"]
    width: int | None
    precision: Literal["fp32", "bf16"]

    def __post_init__(self) -> None:
        """Refuse widths that are none."""
        require(self.width is None or self.width > 0, "width", f"must be greater than 0, is {self.width}")


@dataclass(frozen=True)
class Targets:
    """What to store for the sets of either tokenizer; null where nothing."""

    teacher: TeacherTargets | None
    base: BaseTargets | None


def mismatch(student_params: Student, stored: TeacherTargets | BaseTargets | None) -> str | None:
    """Why a set with `targets: cached` cannot learn from what is stored for its tokenizer; None where it can."""
    options, section = student_params.distill, f"targets.{student_params.init.tokenizer}"
    if stored is None:
        return f"cached needs {section}, which is null; store what the set learns from, or take live"
    if isinstance(stored, TeacherTargets):
        if set(options.mask_probability) != {stored.mask_probability}:
            ours = list(options.mask_probability)
            return f"cached needs {section}.mask_probability throughout, {stored.mask_probability}, not {ours}"
        if "kl" in options.losses and options.temperature != stored.temperature:
            return f"cached needs {section}.temperature, {stored.temperature}, not {options.temperature}"
    if "cosine" in options.losses and options.alignment != stored.alignment:
        return f"cached needs {section}.alignment, {stored.alignment or 'null'}, not {options.alignment}"
    return None
