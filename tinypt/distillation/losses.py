"""The distillation losses, as plain functions of tensors. Divergences are in nats; half precision becomes fp32.

The MLM loss is in `tinypt.training.mlm`.
"""

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from tinypt.distillation.sampling import Samples
from tinypt.training.mlm import to_fp32


def kl(student: Tensor, teacher: Tensor, temperature: float, targets: Tensor) -> Tensor:
    """T² · KL(teacher ‖ student) between the distributions softened at temperature T, mean over positions.

    The factor T² keeps the gradient's size independent of T (Hinton et al. 2015, section 2.1).

    Args:
        student: logits [positions, vocabulary].
        teacher: logits of the same shape, over the same vocabulary.
        temperature: T > 0.
        targets: int64 [positions]; positions marked -100 do not count.

    Raises:
        ValueError: the two vocabularies differ in size.
    """
    if student.shape != teacher.shape:
        raise ValueError(f"KL needs one vocabulary: student {tuple(student.shape)}, teacher {tuple(teacher.shape)}")
    student_log = F.log_softmax(to_fp32(student) / temperature, dim=-1)
    teacher_log = F.log_softmax(to_fp32(teacher) / temperature, dim=-1)
    each = (teacher_log.exp() * (teacher_log - student_log)).sum(dim=-1)
    return temperature**2 * _mean(each, targets != -100)


def sampled_kl(student: Tensor, samples: Samples, temperature: float, targets: Tensor) -> Tensor:
    """`kl` estimated from pieces drawn from the teacher's softened distribution p, without its logits.

    T² · mean over the samples of log p(sample) − log q(sample), with q the student's softened distribution. Value and
    gradient equal `kl`'s in expectation. The gradient is that of random-sampling knowledge distillation (Anshumann et
    al. 2025). The value takes the teacher's log-probabilities of the same samples in place of its entropy, their
    expectation: the closer q is to p, the less it varies.

    Args:
        student: logits [positions, vocabulary].
        samples: drawn at T.
        temperature: T > 0.
        targets: int64 [positions]; positions marked -100 do not count.
    """
    student_log = F.log_softmax(to_fp32(student) / temperature, dim=-1).gather(1, samples.ids).mean(dim=-1)
    return temperature**2 * _mean(to_fp32(samples.log_probability) - student_log, targets != -100)


def cosine(student: Tensor, teacher: Tensor, counted: Tensor) -> Tensor:
    """1 − cos between paired vectors, mean over the pairs that count (DistilBERT, Sanh et al. 2019).

    Args:
        student: [..., width], already projected to the teacher's width.
        teacher: [..., width].
        counted: bool [...].
    """
    return _mean(1 - F.cosine_similarity(to_fp32(student), to_fp32(teacher), dim=-1), counted)


def hidden(student: Tensor, teacher: Tensor, counted: Tensor) -> Tensor:
    """Mean squared difference of paired hidden states, over the pairs that count (TinyBERT, Jiao et al. 2020, eq. 8).

    Args:
        student: [..., width], already mapped to the teacher's width.
        teacher: [..., width].
        counted: bool [...].
    """
    return _mean((to_fp32(student) - to_fp32(teacher)).square().mean(dim=-1), counted)


def sentence(student: Tensor, teacher: Tensor) -> Tensor:
    """1 − cos between paired vectors of sentences, mean over all pairs.

    Args:
        student: [sentences, vectors, width], already projected to the teacher's width; or [sentences, width].
        teacher: [sentences, 1, width]; or [sentences, width].
    """
    return (1 - F.cosine_similarity(to_fp32(student), to_fp32(teacher), dim=-1)).mean()


def similarity(student: Tensor, teacher: Tensor) -> Tensor:
    """Mean squared difference of the cosines between sentences, over all pairs of different sentences; 0 without one.

    It shapes the student's own space, so widths may differ (Tung and Mori 2019; Passalis and Tefas 2018). The pairs are
    those of one forward pass: the same sentences in other batches give another value, as with any in-batch loss.

    Args:
        student: [sentences, width].
        teacher: [sentences, the teacher's width].
    """
    # Under autocast these products would be rounded to bf16, which is as coarse as the differences to be learnt.
    with torch.autocast(student.device.type, enabled=False):
        ours, theirs = (F.normalize(to_fp32(vectors), dim=-1) for vectors in (student, teacher))
        differences = (ours @ ours.T - theirs @ theirs.T).triu(1)
        pairs = len(student) * (len(student) - 1) // 2
        return differences.square().sum() / max(pairs, 1)


def relations(student: Sequence[Tensor], teacher: Sequence[Tensor], heads: int, real: Tensor) -> Tensor:
    """KL(teacher ‖ student) of self-attention relations (MiniLMv2, Wang et al. 2021, section 3).

    Queries, keys and values are three kinds of vectors X. Their relation is softmax(X Xᵀ / sqrt(d)) in each of `heads`
    equal parts of X, d wide. The models' own numbers of attention heads play no part, so widths may differ. Each
    kind's KL is a mean over heads and real positions; the kinds are summed, as in the paper.

    Args:
        student: for each kind, [blocks, length, width]; `heads` divides the width.
        teacher: the same kinds, in the teacher's width, which `heads` divides too.
        heads: number of relation heads.
        real: bool [blocks, length]; padding is neither related nor counted.
    """
    kinds = []
    for student_vectors, teacher_vectors in zip(student, teacher, strict=True):
        student_log, teacher_log = _relation(student_vectors, heads, real), _relation(teacher_vectors, heads, real)
        each = (teacher_log.exp() * (teacher_log - student_log)).sum(dim=-1)
        kinds.append(_mean(each.mean(dim=1), real))
    return torch.stack(kinds).sum()


def _relation(vectors: Tensor, heads: int, real: Tensor) -> Tensor:
    """Log-probabilities [blocks, heads, length, length] of each position's relation to the real ones."""
    blocks, length, width = vectors.shape
    parts = vectors.view(blocks, length, heads, width // heads).transpose(1, 2)
    scores = to_fp32(parts @ parts.transpose(-1, -2)) / math.sqrt(parts.shape[-1])
    # The lowest finite number, not -inf: 0 * (-inf - -inf) would be nan in the divergence.
    return F.log_softmax(scores.masked_fill(~real[:, None, None], torch.finfo(scores.dtype).min), dim=-1)


def _mean(values: Tensor, counted: Tensor) -> Tensor:
    weights = counted.to(values.dtype)
    return (values * weights).sum() / weights.sum().clamp(min=1)
