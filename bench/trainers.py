"""The implementations that the distillation loop is compared with: transformers.Trainer and TextBrewer.

They compute the same losses. Both read documents cut at the block length and padded to the longest in the batch, and
both score every position, as BertForMaskedLM does. Neither is slowed down: equal lengths are batched together, tokens
are prepared beforehand, only masked positions enter the losses, and AdamW is fused. Trainer's autocast covers the
student alone and would leave the teacher in fp32, so the teacher's weights are bf16.
"""

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import (
    DataCollatorForLanguageModeling,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    Trainer,
    TrainerCallback,
    TrainingArguments,
)
from transformers.trainer_pt_utils import LengthGroupedSampler

TEMPERATURE, MASKED = 2.0, 0.15
MLM, KL, COSINE = 2.0, 5.0, 1.0  # weights of the terms, as in params/sample.yaml's total
FEWEST = 2  # timed steps, at least
Texts = list[dict[str, list[int]]]


@dataclass
class Clock:
    """Counts tokens without padding, and time, from the end of the first step until `seconds` have passed."""

    seconds: float
    tokens: list[Tensor] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def step(self, device: torch.device) -> bool:
        """Record the end of a step; return whether enough has been timed."""
        if device.type == "cuda":
            torch.cuda.synchronize()
        self.times.append(time.perf_counter())
        return len(self.times) > FEWEST and self.times[-1] - self.times[0] > self.seconds

    def rate(self, accumulation: int) -> float:
        """Tokens per second without padding, excluding the first step of `accumulation` batches."""
        timed = self.tokens[accumulation : accumulation * len(self.times)]
        return float(torch.stack(timed).sum()) / (self.times[-1] - self.times[0])


class _Pair(nn.Module):
    """The two trained modules: the student, and the map from its states to the teacher's width."""

    def __init__(self, student: PreTrainedModel, width: int) -> None:
        super().__init__()
        self.student = student
        self.projection = nn.Linear(student.config.hidden_size, width, bias=False)

    def forward(self, **inputs: Tensor) -> Any:
        return self.student(**inputs, output_hidden_states=True)


def trainer_rate(
    student: PreTrainedModel,
    teacher: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    texts: Texts,
    precision: str,
    batch_size: int,
    accumulation: int,
    seconds: float,
    device: torch.device,
) -> float:
    """Tokens per second, without padding, of transformers.Trainer with MLM, KL and cosine."""
    clock = Clock(seconds)

    class Distiller(Trainer):  # type: ignore[misc]
        def compute_loss(self, model: Any, inputs: Any, *_arguments: Any, **_more: Any) -> Tensor:
            clock.tokens.append(inputs["attention_mask"].sum())
            with torch.no_grad():
                teacher_out = teacher(inputs["input_ids"], inputs["attention_mask"], output_hidden_states=True)
            out = model(**inputs)
            scored, real = inputs["labels"] != -100, inputs["attention_mask"].bool()
            kl = F.kl_div(
                F.log_softmax(out.logits[scored].float() / TEMPERATURE, dim=-1),
                F.softmax(teacher_out.logits[scored].float() / TEMPERATURE, dim=-1),
                reduction="batchmean",
            )
            projected = self.accelerator.unwrap_model(model).projection(out.hidden_states[-1][real])
            cosine = (
                1 - F.cosine_similarity(projected.float(), teacher_out.hidden_states[-1][real].float(), dim=-1).mean()
            )
            loss: Tensor = MLM * out.loss + KL * TEMPERATURE**2 * kl + COSINE * cosine
            return loss

    class Stop(TrainerCallback):  # type: ignore[misc]
        def on_step_end(self, _arguments: Any, _state: Any, control: Any, **_more: Any) -> None:
            control.should_training_stop = clock.step(device)

    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            folder,
            per_device_train_batch_size=batch_size,
            gradient_accumulation_steps=accumulation,
            bf16=precision == "bf16",
            train_sampling_strategy="group_by_length",
            optim="adamw_torch_fused",
            learning_rate=1e-3,
            num_train_epochs=100,
            dataloader_num_workers=4 if device.type == "cuda" else 0,
            use_cpu=device.type == "cpu",
            save_strategy="no",
            logging_strategy="no",
            report_to=[],
            disable_tqdm=True,
            remove_unused_columns=False,
        )
        collator = DataCollatorForLanguageModeling(tokenizer, mlm_probability=MASKED)
        pair = _Pair(student, teacher.config.hidden_size)
        teacher.to(device, torch.bfloat16 if precision == "bf16" else torch.float32).eval()
        Distiller(model=pair, args=arguments, train_dataset=texts, data_collator=collator, callbacks=[Stop()]).train()
    return clock.rate(accumulation)


def textbrewer_rate(
    student: PreTrainedModel,
    teacher: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    texts: Texts,
    batch_size: int,
    accumulation: int,
    seconds: float,
    device: torch.device,
) -> float:
    """Tokens per second, without padding, of TextBrewer 0.2.1 with the same terms; it has no bf16."""
    from textbrewer import DistillationConfig, GeneralDistiller, TrainingConfig

    clock = Clock(seconds)
    collator = DataCollatorForLanguageModeling(tokenizer, mlm_probability=MASKED)
    sampler = LengthGroupedSampler(batch_size, lengths=[len(text["input_ids"]) for text in texts])
    loader: Any = torch.utils.data.DataLoader(texts, batch_size, sampler=sampler, collate_fn=collator, drop_last=True)  # type: ignore[arg-type]

    class Timed:
        """The loader, which ends when enough is timed, since the distiller has no other way to stop."""

        def __len__(self) -> int:
            return len(loader)

        def __iter__(self) -> Iterator[dict[str, Tensor]]:
            for index, batch in enumerate(loader):
                if index and index % accumulation == 0 and clock.step(device):
                    return
                clock.tokens.append(batch["attention_mask"].sum())
                yield dict(batch)

    def adapt(batch: dict[str, Tensor], out: Any) -> dict[str, Any]:
        scored = batch["labels"] != -100
        return {
            "logits": (out.logits,),
            "logits_mask": (scored,),
            "hidden": out.hidden_states,
            "inputs_mask": batch["attention_mask"],
            "losses": (out.loss,),
        }

    last = {"layer_T": teacher.config.num_hidden_layers, "layer_S": student.config.num_hidden_layers}
    widths = ["linear", student.config.hidden_size, teacher.config.hidden_size]
    config = DistillationConfig(
        temperature=TEMPERATURE,
        hard_label_weight=MLM,
        kd_loss_weight=KL * TEMPERATURE**2,
        intermediate_matches=[{**last, "feature": "hidden", "loss": "cos", "weight": COSINE, "proj": widths}],
    )
    optimizer = torch.optim.AdamW(student.parameters(), lr=1e-3, fused=True)
    with tempfile.TemporaryDirectory() as folder:
        training = TrainingConfig(
            gradient_accumulation_steps=accumulation, output_dir=folder, log_dir=None, device=device, ckpt_frequency=1
        )
        distiller = GeneralDistiller(training, config, teacher.to(device), student.to(device), adapt, adapt)
        with distiller:
            distiller.train(optimizer, Timed(), num_epochs=1, max_grad_norm=1.0, output_hidden_states=True)
    return clock.rate(accumulation)
