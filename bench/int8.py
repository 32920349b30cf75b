"""What 8-bit weights cost: the scores of a release's compact.onnx, compared with PyTorch in fp32.

    python -m bench.int8 models/total_best/release data/tokens/teacher

Needs the pipeline's params.yaml, data/tasks and the token blocks of the release's tokenizer. Scores every task with the
`frozen` protocol, and masked pieces of the test split: their mean loss in nats, the share that is the first guess, and
how many of PyTorch's five best guesses are among the five best in 8 bits. Prints a Markdown table; the last line is the
same as JSON.
"""

import json
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch.nn import functional

from tinypt.evaluation.frozen import embed, vector_scores
from tinypt.evaluation.language.mlm import MASKED_SHARE
from tinypt.evaluation.model import EvaluatedModel, load_evaluated
from tinypt.evaluation.scores.scoring import primary_metric
from tinypt.evaluation.tasks.table import TaskData, read_tasks
from tinypt.inference.model import GRAPH, Model
from tinypt.modeling.forward import encode, score
from tinypt.params.loader import load_seed
from tinypt.runtime.run import run
from tinypt.tokens.arrays import Blocks, open_blocks
from tinypt.tokens.masking import mask_tokens

BLOCKS = 256  # of the test split, evenly spaced
Pair = tuple[float, float]  # fp32, int8


def main(release: str, tokens: str) -> None:
    """Print the scores of the release in the folder `release` in fp32 and int8."""
    folder, seed = Path(release), load_seed()
    compact = Model(folder)
    evaluated = load_evaluated(folder.parent.name, folder, compact.length)
    found: dict[str, Pair] = {}
    for task, data in read_tasks(Path("data/tasks")).items():
        found[f"{task}, {primary_metric(data)}"] = compare_task(evaluated, compact, data, seed)
    found |= compare_masked(evaluated, folder, open_blocks(Path(tokens) / "test", evaluated.tokenizer), seed)
    print(f"| {release} | fp32 | int8 | difference |\n|---|--:|--:|--:|")
    for name, (exact, rounded) in found.items():
        print(f"| {name} | {exact:.4f} | {rounded:.4f} | {rounded - exact:+.4f} |")
    print(json.dumps({name: {"fp32": exact, "int8": rounded} for name, (exact, rounded) in found.items()}))


def compare_task(evaluated: EvaluatedModel, compact: Model, data: TaskData, seed: int) -> Pair:
    """The primary metric of a task from the vectors of both."""
    exact, _ = vector_scores(lambda texts: embed(evaluated, texts, "fp32"), data, seed)
    rounded, _ = vector_scores(lambda texts: compact.vectors(texts).astype(np.float64), data, seed)
    metric = primary_metric(data)
    return exact[metric], rounded[metric]


@torch.no_grad()
def compare_masked(evaluated: EvaluatedModel, folder: Path, blocks: Blocks, seed: int) -> dict[str, Pair]:
    """Loss and accuracy at masked pieces of both, and the share of five best guesses that they have in common."""
    rows = np.linspace(0, len(blocks) - 1, min(BLOCKS, len(blocks))).round().astype(np.int64)
    masked = mask_tokens(
        torch.from_numpy(blocks.ids[rows].astype(np.int64)),
        evaluated.special,
        MASKED_SHARE,
        torch.Generator().manual_seed(seed),
    )
    exact = score(evaluated.model, encode(evaluated.model, masked.inputs, evaluated.special), masked.positions)
    gaps = np.stack(np.divmod(masked.positions.numpy(), masked.inputs.shape[1]), axis=1)
    given = {"input_ids": masked.inputs, "attention_mask": (masked.inputs != evaluated.special.pad).long()}
    session = onnxruntime.InferenceSession(folder / GRAPH, providers=["CPUExecutionProvider"])
    (logits,) = session.run(["logits"], {name: value.numpy() for name, value in given.items()} | {"masked": gaps})
    rounded = torch.from_numpy(logits)
    wanted = masked.targets >= 0
    targets, exact, rounded = masked.targets[wanted], exact[wanted], rounded[wanted]
    best = exact.topk(5).indices
    common = (best[:, :, None] == rounded.topk(5).indices[:, None, :]).any(2).float().mean()
    loss, other = (float(functional.cross_entropy(each, targets)) for each in (exact, rounded))
    right, others = (float((each.argmax(1) == targets).float().mean()) for each in (exact, rounded))
    return {"masked pieces, loss": (loss, other), "masked pieces, accuracy": (right, others)} | {
        "masked pieces, five best in common": (1.0, float(common))
    }


if __name__ == "__main__":
    run(main)
