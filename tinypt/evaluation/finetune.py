"""The fine-tuning protocol: the whole model is trained on the task."""

import copy
import math
import statistics

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from tinypt.errors import PipelineError
from tinypt.evaluation.measures import classification_scores, regression_scores
from tinypt.evaluation.subject import Pieces, Subject, cut_pieces, length_sorted, pad
from tinypt.evaluation.tasks import TaskData
from tinypt.params.evaluate import Finetune
from tinypt.progress import Progress

WARMUP, WEIGHT_DECAY, CLIP = 0.1, 0.01, 1.0  # as BERT is fine-tuned (Devlin et al. 2019, appendix A.3)
STD = 0.02  # BERT's initial standard deviation
POOL = 16  # batches shuffled together before they are sorted by length


class TaskModel(nn.Module):
    """An encoder with a head on [CLS]: a dense layer, tanh, dropout and the output layer, as in BERT.

    The head is always new, even where a checkpoint brings a pooler: MLM checkpoints have none, and what
    is compared is the encoders.
    """

    def __init__(self, subject: Subject, outputs: int, seed: int) -> None:
        """Take a copy of the subject's encoder; the head's weights are drawn from `seed` alone."""
        super().__init__()
        config = subject.model.config
        self.encoder = copy.deepcopy(subject.model.base_model)
        generator = torch.Generator().manual_seed(seed)
        self.dense = nn.Linear(config.hidden_size, config.hidden_size)
        self.output = nn.Linear(config.hidden_size, outputs)
        for layer in (self.dense, self.output):
            nn.init.normal_(layer.weight, std=STD, generator=generator)
            nn.init.zeros_(layer.bias)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)
        self.pad = subject.special.pad
        self.to(subject.device)

    def forward(self, ids: Tensor, types: Tensor) -> Tensor:
        """Outputs [rows, outputs] of ids and types [rows, length]."""
        attended = (ids != self.pad).long()
        states = self.encoder(input_ids=ids, token_type_ids=types, attention_mask=attended).last_hidden_state
        outputs: Tensor = self.output(self.dropout(torch.tanh(self.dense(states[:, 0]))))
        return outputs


def finetune_scores(subject: Subject, task: str, data: TaskData, options: Finetune) -> dict[str, float | int]:
    """Mean and standard deviation, over the seeds, of the scores on the test split after the last epoch.

    Pairs are read together, [CLS] a [SEP] b [SEP]. Scores are learnt by mean squared error after
    standardisation, classes by cross-entropy over those of the training split. The test split is scored
    once for each seed and chooses nothing. With one seed the deviation is given as 0.

    Raises:
        PipelineError: training diverged.
    """
    train = cut_pieces(subject, data.train.first, data.train.second)
    test = cut_pieces(subject, data.test.first, data.test.second)
    targets = _targets(data).to(subject.device)
    outputs = 1 if data.is_regression else len(data.classes)
    total = len(data.train) * options.epochs * len(options.seeds)
    progress = Progress(f"{subject.name}: {task}, fine-tuning", "rows", total)
    scores = []
    for seed in options.seeds:
        model = TaskModel(subject, outputs, seed)
        _train(model, subject, train, targets, options, seed, progress)
        predicted = _predict(model, subject, test)
        _check_finite(predicted.sum(), options, progress)
        scores.append(_measure(data, predicted))
    progress.close()
    summary: dict[str, float | int] = {"seeds": len(scores)}
    for measure in scores[0]:
        values = [score[measure] for score in scores]
        summary[f"{measure}_mean"] = statistics.fmean(values)
        summary[f"{measure}_sd"] = statistics.stdev(values) if len(values) > 1 else 0.0
    return summary


def _targets(data: TaskData) -> Tensor:
    """Class indices (int64), or scores standardised by the training split (fp32)."""
    if not data.is_regression:
        return torch.tensor(data.class_indices(data.train))
    mean, deviation = _scale(data)
    return torch.tensor((np.array(data.train.labels, dtype=np.float64) - mean) / deviation, dtype=torch.float32)


def _measure(data: TaskData, outputs: NDArray[np.float64]) -> dict[str, float]:
    if not data.is_regression:
        predicted = outputs.argmax(axis=1).tolist()
        return classification_scores(predicted, data.class_indices(data.test), len(data.classes))
    mean, deviation = _scale(data)
    return regression_scores(mean + deviation * outputs[:, 0], data.test.labels)


def _scale(data: TaskData) -> tuple[float, float]:
    """Mean and standard deviation of the training scores; 1 in place of a deviation of 0."""
    scores = np.array(data.train.labels, dtype=np.float64)
    return float(scores.mean()), float(scores.std()) or 1.0


def _train(
    model: TaskModel,
    subject: Subject,
    pieces: Pieces,
    targets: Tensor,
    options: Finetune,
    seed: int,
    progress: Progress,
) -> None:
    """Train in place: AdamW, linear warm-up and decay; fp32 on a CPU, bf16 autocast over fp32 weights on a GPU."""
    torch.manual_seed(seed)  # dropout
    order = np.random.default_rng(seed)
    steps = options.epochs * math.ceil(len(targets) / options.batch_size)
    optimizer = torch.optim.AdamW(
        [
            {"params": [weight for weight in model.parameters() if weight.ndim >= 2], "weight_decay": WEIGHT_DECAY},
            {"params": [weight for weight in model.parameters() if weight.ndim < 2], "weight_decay": 0.0},
        ],
        lr=options.learning_rate,
        fused=True,
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, steps))
    model.train()
    for _ in range(options.epochs):
        total = torch.zeros((), device=subject.device)
        for rows in shuffled(pieces.lengths(), options.batch_size, order):
            with torch.autocast(subject.device.type, dtype=torch.bfloat16, enabled=subject.device.type == "cuda"):
                outputs = model(*pad(pieces, rows, subject)).float()
            loss = _loss(outputs, targets[torch.from_numpy(rows).to(subject.device)])
            torch.autograd.backward(loss)
            torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            schedule.step()
            total += loss.detach()
            progress.add(len(rows))
        _check_finite(float(total), options, progress)
    model.eval()


def _check_finite(value: float, options: Finetune, progress: Progress) -> None:
    if not math.isfinite(value):
        raise PipelineError(
            f"{progress.label}: training diverged (the loss or an output is {value}); "
            f"lower evaluate.finetune.learning_rate ({options.learning_rate:g})"
        )


def _loss(outputs: Tensor, targets: Tensor) -> Tensor:
    """Cross-entropy where targets are class indices (int64), mean squared error where they are scores."""
    if targets.dtype == torch.long:
        return functional.cross_entropy(outputs, targets)
    return functional.mse_loss(outputs[:, 0], targets)


@torch.no_grad()
def _predict(model: TaskModel, subject: Subject, pieces: Pieces) -> NDArray[np.float64]:
    """Outputs of every row, [rows, outputs], in fp32 on every device."""
    predicted = np.zeros((len(pieces.ids), model.output.out_features))
    for rows in length_sorted(pieces.lengths()):
        predicted[rows] = model(*pad(pieces, rows, subject)).double().cpu().numpy()
    return predicted


def shuffled(lengths: NDArray[np.int64], size: int, random: np.random.Generator) -> list[NDArray[np.int64]]:
    """Row numbers of one epoch in random batches of at most `size` rows of similar length.

    Rows are shuffled, sorted by length within pools of a few batches, cut, and the batches shuffled.
    """
    order = random.permutation(len(lengths))
    batches = []
    for start in range(0, len(order), size * POOL):
        pool = order[start : start + size * POOL]
        pool = pool[np.argsort(lengths[pool], kind="stable")]
        batches += [pool[first : first + size] for first in range(0, len(pool), size)]
    return [batches[index] for index in random.permutation(len(batches))]


def _rate(step: int, steps: int) -> float:
    """Share of the learning rate at `step`: linear warm-up, then linear decay to 0 after the last step."""
    warm = WARMUP * steps
    return (step + 1) / (warm + 1) if step < warm else (steps - step) / max(steps - warm, 1)
