"""Make the untrained: the student's architecture with random weights and the teacher's tokenizer.

What it scores once fine-tuned is what a student must beat to owe anything to its pre-training. It has BERT-tiny's
shape; for a set with an architecture of its own, measure its student before training beside it:
`python -m stages.evaluate <set>_floor models/<set>/student data/tokens/teacher`.
Reads models/base and models/teacher; writes models/untrained.
"""

from pathlib import Path

from tinypt.modeling.load import load_model, load_tokenizer, save_model
from tinypt.modeling.student import same_shape
from tinypt.params.loader import load_seed
from tinypt.runtime.run import run


def main() -> None:
    """Write the untrained model."""
    tokenizer = load_tokenizer(Path("models/teacher"))
    save_model(same_shape(load_model(Path("models/base")), tokenizer, load_seed()), tokenizer, Path("models/untrained"))


if __name__ == "__main__":
    run(main)
