"""Say how much disk, time and memory a run will take, before it starts; refuse one that does not fit this machine.

    python -m stages.plan [GIGABYTES [TFLOPS]]

GIGABYTES is the size of the corpus's text in 10⁹ bytes; needed unless the corpus is brWaC or the sample. TFLOPS is the
speed of training in 10¹² operations per second; default: 280, 35 % of an H100's peak in bf16, which is an assumption.
Reads params.yaml; writes nothing.
"""

import shutil
from pathlib import Path

from tinypt.params.check import check_file
from tinypt.params.loader import PARAMS
from tinypt.plan import Plan, make_plan, text_bytes
from tinypt.runtime.errors import PipelineError
from tinypt.runtime.run import run

TFLOPS = 280.0


def main(gigabytes: str = "", tflops: str = str(TFLOPS)) -> None:
    """Print the plan of a run on the parameters of params.yaml."""
    sections = check_file(PARAMS)
    text = _number("GIGABYTES", gigabytes) * 1e9 if gigabytes else text_bytes(sections["corpus"])
    if text is None:
        raise PipelineError(
            "the corpus is neither brWaC nor the sample, so the size of its text is not known; run "
            "`python -m stages.plan GIGABYTES`, with its size in GB for GIGABYTES"
        )
    plan = make_plan(sections, text)
    _print(plan, _number("TFLOPS", tflops) * 1e12)
    _refuse_what_does_not_fit(plan)


def _number(name: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise PipelineError(f"{name}: must be a number greater than 0, is {value}")
    return number


def _print(plan: Plan, speed: float) -> None:
    print(f"{plan.text / 1e9:,.3g} GB of text\n\n| stage | disk, GB | one core, hours |\n|---|--:|--:|")
    for stage in plan.stages:
        print(f"| {stage.stage} | {stage.disk / 1e9:,.2f} | {'' if stage.seconds is None else _hours(stage.seconds)} |")
    print(f"| all; outputs are linked into DVC's cache | {plan.disk / 1e9:,.2f} | |")
    print(f"| for a time, while clean or tokenize runs | {plan.temporary / 1e9:,.2f} | |\n")
    print(f"| student | steps | million tokens | PFLOP | hours at {speed / 1e12:g} TFLOP/s | memory, GB |")
    print("|---|--:|--:|--:|--:|--:|")
    for student in plan.students:
        cells = f"{student.steps:,} | {student.tokens / 1e6:,.1f} | {student.flops / 1e15:,.2f}"
        print(f"| {student.name} | {cells} | {_hours(student.flops / speed)} | {student.memory / 1e9:,.2f} |")
    hours = sum(student.flops for student in plan.students) / speed
    print(f"| all | | | | {_hours(hours)} | |\n\n{plan.finetunings:,} fine-tunings for the evaluation")


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:,.2f}"


def _refuse_what_does_not_fit(plan: Plan) -> None:
    needed, free = plan.disk + plan.temporary, shutil.disk_usage(Path.cwd()).free
    if needed > free:
        raise PipelineError(
            f"the run needs {needed / 1e9:,.0f} GB of disk, and {free / 1e9:,.0f} GB are free here; "
            "move the project to a larger disk"
        )
    import torch  # only now: it takes seconds, and all other checks do without

    if torch.cuda.is_available():
        memory = torch.cuda.mem_get_info()[1]
        for student in plan.students:
            if student.memory > memory:
                raise PipelineError(
                    f"students.{student.name} needs {student.memory / 1e9:,.1f} GB on the GPU, which has "
                    f"{memory / 1e9:,.1f}; halve distill.batch_size and double distill.accumulation"
                )


if __name__ == "__main__":
    run(main)
