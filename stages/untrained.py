"""Make the untrained model: the student's architecture with random weights and the teacher's tokenizer.

Fine-tuned, it gives the score a student must beat for its pre-training to have helped. It has BERT-tiny's shape. To
compare a student of another shape, evaluate that student before training:
`python -m stages.evaluate <student>_untrained models/<student>/student data/tokens/teacher`.
Reads models/base and models/teacher; writes models/untrained.
"""

from pathlib import Path

from tinypt.modeling.bert import same_shape
from tinypt.modeling.load import load_model, save_model
from tinypt.params.loader import load_seed
from tinypt.runtime.run import run
from tinypt.tokens.load import load_tokenizer


def main() -> None:
    """Write the untrained model."""
    tokenizer = load_tokenizer(Path("models/teacher"))
    save_model(same_shape(load_model(Path("models/base")), tokenizer, load_seed()), tokenizer, Path("models/untrained"))


if __name__ == "__main__":
    run(main)
