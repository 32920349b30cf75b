import numpy as np
import pytest
import torch
from transformers import BertForMaskedLM, PreTrainedTokenizerBase

from tinypt.modeling.embeddings import fvt, pca_basis, sentence_pca, teacher_pca
from tinypt.runtime.errors import PipelineError
from tinypt.tokens.vocabulary import make_tokenizer


def test_pca_basis_is_orthonormal_and_spans_the_top_directions() -> None:
    generator = torch.Generator().manual_seed(0)
    latent = torch.randn(200, 3, generator=generator, dtype=torch.float64) * torch.tensor([5.0, 3.0, 2.0])
    table = latent @ torch.randn(3, 10, generator=generator, dtype=torch.float64) + 7.0
    basis = pca_basis(table, 3)
    assert torch.allclose(basis @ basis.T, torch.eye(3, dtype=torch.float64), atol=1e-10)
    centred = table - table.mean(dim=0)
    assert torch.allclose(centred @ basis.T @ basis, centred, atol=1e-8)  # rank 3: three directions lose nothing


def test_pca_spans_what_a_truncated_svd_does() -> None:
    table = torch.randn(100, 20, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    _, _, right = np.linalg.svd((table - table.mean(dim=0)).numpy(), full_matrices=False)
    basis = pca_basis(table, 5).numpy()
    assert basis.T @ basis == pytest.approx(right[:5].T @ right[:5], abs=1e-8)


def test_all_dimensions_carry_similar_variance() -> None:
    scales = 0.8 ** torch.arange(20, dtype=torch.float64)  # of the directions; variances differ by a factor of 800
    table = torch.randn(500, 20, generator=torch.Generator().manual_seed(4), dtype=torch.float64) * scales
    spread = (table @ pca_basis(table, 16).T).var(dim=0)
    assert spread.max() / spread.min() < 5


def test_a_weighted_basis_equals_that_of_repeated_rows() -> None:
    table = torch.randn(60, 12, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    counts = np.random.default_rng(0).integers(0, 9, 60)
    repeated = table.repeat_interleave(torch.from_numpy(counts), dim=0)
    assert torch.allclose(pca_basis(table, 5, counts), pca_basis(repeated, 5), atol=1e-8)
    assert torch.allclose(pca_basis(table, 5, np.full(60, 3)), pca_basis(table, 5), atol=1e-8)
    reduced = teacher_pca(table, 5, counts)
    centred = table - torch.from_numpy(counts / counts.sum()) @ table
    expected = centred @ pca_basis(table, 5, counts).T
    assert torch.allclose(torch.cosine_similarity(reduced.double(), expected), torch.ones(60, dtype=torch.float64))


def test_the_signs_do_not_depend_on_the_tables_sign() -> None:
    table = torch.randn(100, 20, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    assert torch.allclose(pca_basis(table, 5), pca_basis(-table, 5), atol=1e-8)


def test_teacher_pca_has_berts_scale_and_keeps_neighbours() -> None:
    generator = torch.Generator().manual_seed(3)
    centres = torch.randn(20, 64, generator=generator)
    table = centres.repeat_interleave(5, dim=0) + 0.05 * torch.randn(100, 64, generator=generator)
    reduced = teacher_pca(table, 16)
    assert reduced.dtype == torch.float32
    assert torch.allclose(reduced.norm(dim=1), torch.tensor(0.02 * 16**0.5))
    distances = torch.cdist(reduced, reduced).fill_diagonal_(torch.inf)
    assert torch.equal(distances.argmin(dim=1) // 5, torch.arange(100) // 5)


def test_pieces_start_from_the_sentence_teachers_vectors_of_their_texts(cased: PreTrainedTokenizerBase) -> None:
    """Against an eigendecomposition in float64; a continuation is read without its ##."""
    pieces = sorted(cased.get_vocab(), key=cased.get_vocab().get)
    of_text = {piece.removeprefix("##") for piece in pieces}
    random = np.random.default_rng(0)
    meanings = {text: random.standard_normal(12) * 0.7 ** np.arange(12) + 1 for text in sorted(of_text)}
    read: list[str] = []

    def encode(texts: list[str]) -> np.ndarray:
        read.extend(texts)
        return np.array([meanings[text] for text in texts], dtype=np.float32)

    counts = random.integers(0, 1000, len(pieces))
    start = torch.randn(len(pieces), 6, generator=torch.Generator().manual_seed(1))
    table = sentence_pca(encode, cased, counts, start, 0.05)
    assert table.dtype == torch.float32
    assert torch.allclose(table.norm(dim=1), torch.tensor(0.05 * 6**0.5))

    special = cased.all_special_ids
    assert torch.allclose(torch.cosine_similarity(table[special], start[special]), torch.ones(len(special)))
    words = [index for index in range(len(pieces)) if index not in special]
    assert read == [pieces[index].removeprefix("##") for index in words]
    vectors = np.array([meanings[text] for text in read])
    weights = np.sqrt(counts[words] + 1) / np.sqrt(counts[words] + 1).sum()
    centred = vectors - weights @ vectors
    top = np.linalg.eigh((centred * weights[:, None]).T @ centred)[1][:, -6:]
    expected = centred @ top  # any rotation of it keeps the cosines between pieces
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    rows = table[words].double().numpy() / (0.05 * 6**0.5)
    assert rows @ rows.T == pytest.approx(expected @ expected.T, abs=1e-4)


def test_unused_pieces_are_no_text_and_a_narrow_encoder_is_refused() -> None:
    vocabulary = {
        "[PAD]": 0,
        "[unused1]": 1,
        "[UNK]": 2,
        "[CLS]": 3,
        "[SEP]": 4,
        "[MASK]": 5,
        "##": 6,
        "a": 7,
        "##a": 8,
    }
    tokenizer = make_tokenizer(vocabulary, cased=True, max_length=8)
    read: list[str] = []

    def encode(texts: list[str]) -> np.ndarray:
        read.extend(texts)
        return np.eye(3, 2, dtype=np.float32)

    sentence_pca(encode, tokenizer, np.ones(9, dtype=np.int64), torch.ones(9, 2), 0.05)
    assert read == ["##", "a", "a"]
    with pytest.raises(PipelineError, match="sentence_teacher needs an encoder at least 3 wide; it has 2"):
        sentence_pca(encode, tokenizer, np.ones(9, dtype=np.int64), torch.ones(9, 3), 0.05)


def test_fvt_averages_the_old_pieces(
    base: BertForMaskedLM, uncased: PreTrainedTokenizerBase, cased: PreTrainedTokenizerBase
) -> None:
    table = base.get_input_embeddings().weight.detach()
    rows = fvt(table, uncased, cased)
    assert rows.shape == (len(cased), table.shape[1])
    assert torch.isfinite(rows).all()
    for token in ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"):
        assert torch.equal(rows[cased.convert_tokens_to_ids(token)], table[uncased.convert_tokens_to_ids(token)])
    whole = next(piece for piece in cased.get_vocab() if piece.isalpha() and len(uncased.tokenize(piece)) > 1)
    pieces = uncased.convert_tokens_to_ids(uncased.tokenize(whole))
    assert torch.allclose(rows[cased.convert_tokens_to_ids(whole)], table[pieces].mean(dim=0))


def test_fvt_tokenizes_continuations_as_continuations(base: BertForMaskedLM, uncased: PreTrainedTokenizerBase) -> None:
    """Between equal tokenizers nothing is averaged: every piece, continuations included, keeps its row."""
    table = base.get_input_embeddings().weight.detach()
    rows = fvt(table, uncased, uncased)
    continuations = [i for piece, i in uncased.get_vocab().items() if piece.startswith("##") and len(piece) == 3]
    assert len(continuations) > 10
    assert torch.equal(rows[continuations], table[continuations])
