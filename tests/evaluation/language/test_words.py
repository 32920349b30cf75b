import math
import re

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from tinypt.evaluation.language.words import find_words, fold, sample_sentences, score_words, word_scores
from tinypt.evaluation.model import EvaluatedModel
from tinypt.runtime.errors import PipelineError

TEXTS = ["O médico examinou o paciente e receitou um remédio amargo.", "João não gosta de café; prefere chá."]
SENTENCE = "A menina foi à escola com o irmão."


def test_folding_matches_an_uncased_tokenizer() -> None:
    assert fold("Irmão À ÇÉ 2ª") == "irmao a ce 2ª"


def test_sentences_come_from_different_documents_and_have_the_right_length(texts: list[str]) -> None:
    documents = [f"{text} Número {index} de uma lista de documentos. Não." for index, text in enumerate(texts)]
    sentences = sample_sentences(documents, 20, seed=1)
    assert len(sentences) == 20
    assert all(5 <= len(sentence.split()) <= 30 for sentence in sentences)
    assert sample_sentences(iter(documents), 20, seed=1) == sentences
    assert sample_sentences(documents, 20, seed=2) != sentences
    numbers = [number for sentence in sentences for number in re.findall(r"\d+", sentence)]
    assert len(numbers) == len(set(numbers))


def test_text_without_a_sentence_is_refused() -> None:
    with pytest.raises(PipelineError, match="no sentence of 5 to 30 words"):
        sample_sentences(["Não.", "Sim. Talvez sim."], 5, seed=1)


def test_all_models_are_scored_on_the_same_words(
    evaluated: EvaluatedModel, evaluated_uncased: EvaluatedModel, texts: list[str]
) -> None:
    sentences = sample_sentences(texts, 30, seed=1)
    cased, uncased = word_scores(evaluated, sentences), word_scores(evaluated_uncased, sentences)
    assert (cased["words"], cased["characters"]) == (uncased["words"], uncased["characters"])


def test_only_words_that_folding_does_not_change_are_scored(evaluated: EvaluatedModel) -> None:
    scores = word_scores(evaluated, [SENTENCE])
    assert scores["words"] == 5  # menina foi escola com o; not A, à, irmão
    assert scores["characters"] == len("menina foi escola com o ")


def test_punctuation_ends_a_word_and_other_symbols_do_not() -> None:
    text = "em «casa», às 20°C, R$50 + 3×4, guarda-chuva_novo exem\u00adplo 東京 de 2.5 kg"
    words = [text[word.start : word.end] for word in find_words([text])]
    assert words == ["em", "casa", "50", "guarda", "chuva", "novo", "de", "2", "5", "kg"]


@given(st.text(alphabet="ab2é ñ'°×_-.,$²º\u00ad\u200b\u0301\t\x1c東京\u3042", max_size=20))
def test_words_are_whole_words_of_the_pre_tokenizer(text: str) -> None:
    """Each of our words is a whole word of the pre-tokenizer, which does not depend on the vocabulary."""
    whole = {span for _, span in BertPreTokenizer().pre_tokenize_str(normalised(text))}
    if normalised(text) != text:  # BERT drops or spaces out characters: compare contents, not positions
        contents = [normalised(text)[start:end] for start, end in whole]
        assert {text[word.start : word.end] for word in find_words([text])} <= set(contents)
    else:
        assert {(word.start, word.end) for word in find_words([text])} <= whole


def normalised(text: str) -> str:
    return str(BertNormalizer(lowercase=False, strip_accents=False).normalize_str(text))


def test_a_uniform_model_pays_the_same_for_every_piece(evaluated: EvaluatedModel) -> None:
    with torch.no_grad():
        evaluated.model.get_output_embeddings().weight.zero_()
        evaluated.model.cls.predictions.bias.zero_()
    words = ["menina", "foi", "escola", "com", "o"]
    pieces = sum(len(evaluated.tokenizer.tokenize(word)) for word in words)
    scores = word_scores(evaluated, [SENTENCE])
    expected = pieces * math.log2(evaluated.model.config.vocab_size) / scores["characters"]
    assert scores["bits_per_character"] == pytest.approx(expected, rel=1e-5)


def test_a_piece_is_predicted_with_its_word_s_later_pieces_masked(evaluated: EvaluatedModel) -> None:
    """Compare each term with a forward pass that is masked here."""
    words = ["menina", "foi", "escola", "com", "o"]
    encoded = evaluated.tokenizer(SENTENCE, return_offsets_mapping=True)
    ids, offsets = encoded["input_ids"], encoded["offset_mapping"]
    total = 0.0
    for word in words:
        start = re.search(rf"\b{word}\b", SENTENCE).start()
        inside = [i for i, (a, b) in enumerate(offsets) if start <= a and b <= start + len(word) and b > a]
        for number, piece in enumerate(inside):
            masked = [evaluated.special.mask if i in inside[number:] else id for i, id in enumerate(ids)]
            with torch.no_grad():
                logits = evaluated.model(input_ids=torch.tensor([masked])).logits[0, piece]
            total -= float(logits.log_softmax(0)[ids[piece]]) / math.log(2)
    scores = word_scores(evaluated, [SENTENCE])
    assert scores["bits_per_character"] == pytest.approx(total / scores["characters"], rel=1e-5)


def test_case_and_accents_of_a_prediction_are_ignored(evaluated: EvaluatedModel) -> None:
    vocabulary = evaluated.tokenizer.get_vocab()
    assert "à" in vocabulary
    with torch.no_grad():  # a model that always predicts à
        evaluated.model.get_output_embeddings().weight.zero_()
        evaluated.model.cls.predictions.bias.zero_()
        evaluated.model.cls.predictions.bias[vocabulary["à"]] = 9.0
    scores = word_scores(evaluated, ["ele foi a pé e a cavalo"])
    assert scores["accuracy"] == pytest.approx(2 / 6)  # the two a, among ele foi a e a cavalo
    assert scores["accuracy_at_5"] >= scores["accuracy"]


def test_variants_of_a_word_count_as_one_completion(evaluated: EvaluatedModel) -> None:
    """A model ranks all variants of a first and o after them: o is its second completion."""
    vocabulary = evaluated.tokenizer.get_vocab()
    variants = [piece for piece in vocabulary if fold(piece) == "a"]
    assert len(variants) > 2
    with torch.no_grad():
        evaluated.model.get_output_embeddings().weight.zero_()
        evaluated.model.cls.predictions.bias.zero_()
        for order, piece in enumerate([*variants, "o"]):
            evaluated.model.cls.predictions.bias[vocabulary[piece]] = 90.0 - order
    sentences = ["o time e a torcida"]
    words = find_words(sentences)
    scores = score_words(evaluated, sentences, words)
    ranks = {sentences[0][word.start : word.end]: rank for word, rank in zip(words, scores.completed.rank, strict=True)}
    assert (ranks["a"], ranks["o"]) == (0, 1)


def test_words_beyond_a_model_s_positions_are_counted_as_unscored(evaluated: EvaluatedModel) -> None:
    sentences = ["a menina foi e o time foi " * 12, "o time foi"]
    scores = word_scores(evaluated, sentences)
    assert scores["unscored_words"] > 0
    assert scores["words"] + scores["unscored_words"] == 12 * 7 + 3


def test_words_agree_with_a_published_implementation(
    evaluated: EvaluatedModel, evaluated_uncased: EvaluatedModel
) -> None:
    """minicons, by the metric's authors, scores each piece by PLL-word-l2r; sum it over each of our words."""
    scorer = pytest.importorskip("minicons.scorer", reason="minicons is not installed: pip install minicons")
    sentences = [*TEXTS, "o remédio amargo de camomila, que o médico (ontem) receitou às 2.5 h; 20°C."]
    for model in (evaluated, evaluated_uncased):
        minicons = scorer.MaskedLMScorer(model.model, device="cpu", tokenizer=model.tokenizer)
        encoded = model.tokenizer(sentences, padding=True, return_tensors="pt", return_offsets_mapping=True)
        tokens = minicons.token_score(encoded, PLL_metric="within_word_l2r")
        words = find_words(sentences)
        scores = score_words(model, sentences, words)
        assert scores.words == words
        for word, log_probability in zip(words, scores.completed.log_probability, strict=True):
            spans = [span for span in encoded["offset_mapping"][word.sentence].tolist() if span[1] > span[0]]
            assert len(spans) == len(tokens[word.sentence])
            inside = [word.start <= start and end <= word.end for start, end in spans]
            expected = sum(value for chosen, (_, value) in zip(inside, tokens[word.sentence], strict=True) if chosen)
            assert log_probability == pytest.approx(expected, abs=1e-4)


def test_unknown_words_are_counted_and_count_as_wrong(evaluated: EvaluatedModel) -> None:
    with torch.no_grad():  # a model that always predicts [UNK]
        evaluated.model.get_output_embeddings().weight.zero_()
        evaluated.model.cls.predictions.bias.zero_()
        evaluated.model.cls.predictions.bias[evaluated.tokenizer.unk_token_id] = 9.0
    scores = word_scores(evaluated, ["ele foi ao привет"])
    assert scores["unknown_words"] == 1
    assert scores["accuracy"] == 0.0


def test_sentences_without_a_word_to_score_are_refused(evaluated: EvaluatedModel) -> None:
    with pytest.raises(PipelineError, match="none of 1 test sentences has a word"):
        word_scores(evaluated, ["À É!"])
