"""Training objectives: the interface that the loop needs, and masked language modelling alone."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from tinypt.modeling.forward import encode, score
from tinypt.tokens.arrays import Blocks
from tinypt.tokens.masking import Masked, SpecialIds
from tinypt.training.batches import Batch, Rows, take
from tinypt.training.mlm import mlm_loss


class Objective(nn.Module, ABC):
    """A weighted sum of named loss terms, computed from batches of blocks.

    `model` is the model that is trained and validated. A subclass may hold further modules that are trained with it.
    `continuations`, if it is set, makes training mask whole words (see `mask_by`).
    """

    continuations: Tensor | None

    def __init__(self, model: PreTrainedModel, special: SpecialIds) -> None:
        """`special` are the special ids of the model's tokenizer."""
        super().__init__()
        self.model, self.special = model, special
        self.register_buffer("continuations", None, persistent=False)

    def prepare(self, device: torch.device, dtype: torch.dtype) -> None:
        """Move all models to the device, in evaluation mode: without dropout, since nothing here overfits.

        `dtype` is for weights that are not trained. Trained weights stay fp32.
        """
        self.to(device).eval()

    def read(self, blocks: Blocks, rows: Rows, epochs: Rows, device: torch.device) -> Batch:
        """Read a batch of `blocks` onto the device, with any further tensors that the terms need."""
        return take(blocks, rows, epochs, device)

    @abstractmethod
    def counts(self, batch: Batch, masked: Masked) -> dict[str, Tensor]:
        """Number of items each term averages over in this batch (its denominator): int64 scalars by name.

        A step of several batches weighs each batch's term by its share of these counts.
        """

    @abstractmethod
    def forward(self, batch: Batch, masked: Masked, shares: Mapping[str, Tensor] | None = None) -> dict[str, Tensor]:
        """Terms of the loss by name, without their weights, and their weighted sum as `loss`; fp32 scalars.

        Args:
            batch: the blocks.
            masked: their ids, masked.
            shares: a factor for each term, where the batch is one of several in a step: the batch's share of the
                step's `counts`. Summed over the batches, a term is then the step's.
        """


class MlmObjective(Objective):
    """Masked language modelling alone: pre-training, validation, and students without a teacher.

    The vocabulary head runs at masked positions only. In a model this small it costs eight times the encoder.
    """

    def __init__(self, model: PreTrainedModel, special: SpecialIds, weight: float = 1.0) -> None:
        """`weight` multiplies the only term, mlm."""
        super().__init__(model, special)
        self.weight = weight

    def counts(self, batch: Batch, masked: Masked) -> dict[str, Tensor]:
        """Masked positions."""
        return {"mlm": (masked.targets != -100).sum()}

    def forward(self, batch: Batch, masked: Masked, shares: Mapping[str, Tensor] | None = None) -> dict[str, Tensor]:
        """The term `mlm`, and the `loss`."""
        factor = torch.ones((), device=batch.ids.device) if shares is None else shares["mlm"]
        states = encode(self.model, masked.inputs, self.special, batch.padded)
        logits = score(self.model, states, masked.positions)
        loss, value = mlm_loss(logits, masked.targets, self.weight * factor)
        return {"loss": loss, "mlm": value * factor}
