import math
import re

import pytest
import torch

from tinypt.errors import PipelineError
from tinypt.evaluation.subject import Subject
from tinypt.evaluation.words import fold, sample_sentences, word_scores

SENTENCE = "A menina foi à escola com o irmão."


def test_folding_is_what_an_uncased_tokenizer_does() -> None:
    assert fold("Irmão À ÇÉ 2ª") == "irmao a ce 2ª"


def test_sentences_come_one_from_a_document_and_have_the_right_length(texts: list[str]) -> None:
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


def test_every_model_is_scored_on_the_same_words(subject: Subject, uncased_subject: Subject, texts: list[str]) -> None:
    sentences = sample_sentences(texts, 30, seed=1)
    ours, theirs = word_scores(subject, sentences), word_scores(uncased_subject, sentences)
    assert (ours["words"], ours["characters"]) == (theirs["words"], theirs["characters"])


def test_only_words_that_folding_leaves_alone_count(subject: Subject) -> None:
    scores = word_scores(subject, [SENTENCE])
    assert scores["words"] == 5  # menina foi escola com o; not A, à, irmão
    assert scores["characters"] == len("menina foi escola com o ")


def test_a_uniform_model_pays_the_same_for_every_piece(subject: Subject) -> None:
    with torch.no_grad():
        subject.model.get_output_embeddings().weight.zero_()
        subject.model.cls.predictions.bias.zero_()
    words = ["menina", "foi", "escola", "com", "o"]
    pieces = sum(len(subject.tokenizer.tokenize(word)) for word in words)
    scores = word_scores(subject, [SENTENCE])
    expected = pieces * math.log2(subject.model.config.vocab_size) / scores["characters"]
    assert scores["bits_per_character"] == pytest.approx(expected, rel=1e-5)


def test_a_piece_is_predicted_without_its_word_s_later_pieces(subject: Subject) -> None:
    """Each term against a forward pass masked by hand."""
    words = ["menina", "foi", "escola", "com", "o"]
    encoded = subject.tokenizer(SENTENCE, return_offsets_mapping=True)
    ids, offsets = encoded["input_ids"], encoded["offset_mapping"]
    total = 0.0
    for word in words:
        start = re.search(rf"\b{word}\b", SENTENCE).start()
        inside = [i for i, (a, b) in enumerate(offsets) if start <= a and b <= start + len(word) and b > a]
        for number, piece in enumerate(inside):
            masked = [subject.special.mask if i in inside[number:] else id for i, id in enumerate(ids)]
            with torch.no_grad():
                logits = subject.model(input_ids=torch.tensor([masked])).logits[0, piece]
            total -= float(logits.log_softmax(0)[ids[piece]]) / math.log(2)
    scores = word_scores(subject, [SENTENCE])
    assert scores["bits_per_character"] == pytest.approx(total / scores["characters"], rel=1e-5)


def test_case_and_accents_are_not_held_against_a_prediction(subject: Subject) -> None:
    vocabulary = subject.tokenizer.get_vocab()
    assert "à" in vocabulary
    with torch.no_grad():  # a model that answers à, whatever it is asked
        subject.model.get_output_embeddings().weight.zero_()
        subject.model.cls.predictions.bias.zero_()
        subject.model.cls.predictions.bias[vocabulary["à"]] = 9.0
    scores = word_scores(subject, ["ele foi a pé e a cavalo"])
    assert scores["accuracy"] == pytest.approx(2 / 6)  # the two a, among ele foi a e a cavalo


def test_unknown_words_are_counted_and_never_right(subject: Subject) -> None:
    with torch.no_grad():  # a model that answers [UNK]
        subject.model.get_output_embeddings().weight.zero_()
        subject.model.cls.predictions.bias.zero_()
        subject.model.cls.predictions.bias[subject.tokenizer.unk_token_id] = 9.0
    scores = word_scores(subject, ["ele foi ao привет"])
    assert scores["unknown_words"] == 1
    assert scores["accuracy"] == 0.0


def test_sentences_without_a_word_to_score_are_refused(subject: Subject) -> None:
    with pytest.raises(PipelineError, match="none of 1 test sentences has a word"):
        word_scores(subject, ["À É!"])
