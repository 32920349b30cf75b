import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.autograd import gradcheck

from tinypt.distillation.pooling import compared, pool, pool_words, word_exists

WIDTH = 5


def _random(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@settings(max_examples=30, deadline=None)
@given(sizes=st.lists(st.integers(1, 3), min_size=1, max_size=6), gap=st.integers(0, 2), seed=st.integers(0, 100))
def test_pool_words_is_the_mean_of_each_words_pieces(sizes: list[int], gap: int, seed: int) -> None:
    words = [-1] * (1 + gap)
    for word, size in enumerate(sizes):
        words += [word] * size
    words += [-1, -1]
    states = _random(1, len(words), WIDTH, seed=seed)
    pooled, exist = pool_words(states, torch.tensor([words]))
    assert torch.equal(exist, word_exists(torch.tensor([words])))
    assert exist[0].tolist() == [i < len(sizes) for i in range(len(words))]
    for word in range(len(sizes)):
        pieces = [position for position, owner in enumerate(words) if owner == word]
        assert torch.allclose(pooled[0, word], states[0, pieces].mean(dim=0))


def test_vectors_and_those_compared_have_one_shape() -> None:
    states, words = _random(2, 6, WIDTH), torch.tensor([[-1, 0, 0, 1, 2, -1], [-1, 0, 1, 1, -1, -1]])
    real = words >= 0
    for alignment, given_words, count in (("sentence", None, 2), ("token", None, 7), ("word", words, 5)):
        vectors, counted = pool(alignment, states, given_words, real), compared(alignment, given_words, real)
        assert vectors.shape[:-1] == counted.shape
        assert counted.sum() == count


def test_gradients() -> None:
    words = torch.tensor([[-1, 0, 0, 1, -1]])
    assert gradcheck(lambda x: pool_words(x, words)[0], _random(1, 5, WIDTH).requires_grad_())
    assert gradcheck(lambda x: pool("sentence", x, None, words >= 0), _random(1, 5, WIDTH).requires_grad_())
