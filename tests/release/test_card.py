from dataclasses import replace
from pathlib import Path

import pytest
from huggingface_hub import ModelCard

from tests.reporting.conftest import STUDENTS, TASKS, write_project
from tinypt.release.card import Release, TaskOrigin, model_card
from tinypt.reporting.results import read_results


@pytest.fixture
def release(tmp_path: Path) -> Release:
    return Release(
        name="total",
        license="mit",
        datasets=["some/corpus"],
        text=None,
        corpus="hub",
        origins=["some/teacher", "some/base"],
        stand_ins=[],
        sentence_teacher="some encoder (MIT)",
        config={"num_hidden_layers": 2, "hidden_size": 128, "vocab_size": 2000, "max_position_embeddings": 512},
        parameters=1234567,
        cased=True,
        mask="[MASK]",
        student={"init": {"tokenizer": "teacher"}, "distill": {"losses": {"mlm": 2.0, "kl": 5.0}}},
        tasks={
            "assin2_similarity": TaskOrigin("pair_regression", "some/assin2", generated=False),
            "assin2_entailment": TaskOrigin("pair_classification", "some/assin2", generated=False),
            "tweetsentbr": TaskOrigin("text_classification", "tweetsentbr", generated=False),
        },
        files=[("model.safetensors", 4_938_268)],
        results=read_results(write_project(tmp_path), STUDENTS, TASKS),
    )


def test_the_hub_understands_the_header(release: Release) -> None:
    card = ModelCard(model_card(release))
    data = card.data
    assert data.language == ["pt"]
    assert (data.license, data.library_name, data.pipeline_tag) == ("mit", "transformers", "fill-mask")
    assert (data.base_model, data.datasets) == (["some/teacher", "some/base"], ["some/corpus"])
    assert data.model_name == "bert-tiny-pt-total"
    found = {
        (result.task_type, result.dataset_name, result.metric_type, result.metric_name): result.metric_value
        for result in data.eval_results
    }
    assert found["fill-mask", "held-out split of the corpus", "loss", "loss, nats per masked word piece"] == 2.75
    key = (
        "sentence-similarity",
        "ASSIN2 similarity",
        "pearson",
        "Pearson, fine-tuned, matched head, mean over 3 seeds",
    )
    assert found[key] == 0.65
    assert found["text-classification", "TweetSentBR", "f1", "macro-F1, frozen"] == pytest.approx(0.6)


def test_the_scores_are_shown_with_those_of_the_references(release: Release) -> None:
    text = model_card(release)
    assert "| ASSIN2 similarity, fine-tuned, matched head: Pearson | 0.6500 ± 0.0200 | 0.8000 ± 0.0200 |" in text
    assert "| ASSIN2 similarity, fine-tuned, cls head: Pearson | 0.4500 ± 0.0200 | 0.6000 ± 0.0200 |" in text
    assert "1,234,567 parameters" in text
    assert "Its sentence vectors imitate those of some encoder (MIT)." in text
    assert "sentence teacher" not in model_card(replace(release, sentence_teacher=None))
    assert "[some/teacher](https://huggingface.co/some/teacher)" in text
    assert "    kl: 5.0" in text
    assert "| model.safetensors | 4.94 |" in text
    assert "keeps case and accents" in text
    assert "the model reads at most 512 of them: it was trained on no longer texts" in text
    assert "*cls head*: the standard head, as in AutoModelForSequenceClassification" in text
    assert "Not for use" not in text
    assert "generated" not in text
    assert "stand-in" not in text


def _made(release: Release, *names: str) -> dict[str, TaskOrigin]:
    """The tasks, of which those called `names` have generated data."""
    made = {name: replace(origin, source="sample", generated=True) for name, origin in release.tasks.items()}
    return {name: made[name] if name in names else origin for name, origin in release.tasks.items()}


def test_scores_on_generated_data_are_marked_in_the_table_and_for_the_hub(release: Release) -> None:
    text = model_card(replace(release, tasks=_made(release, "assin2_similarity"), stand_ins=["teacher"]))
    assert "Not for use" not in text
    assert "| ASSIN2 similarity (generated data), frozen: Pearson |" in text
    assert "| ASSIN2 similarity, " not in text
    assert "| ASSIN2 entailment, frozen: macro-F1 |" in text
    assert "Such a score says nothing about the data set of that name." in text
    assert "*teacher* is a stand-in, pre-trained by the pipeline in place of a published model." in text
    found = {(result.dataset_name, result.dataset_type) for result in ModelCard(text).data.eval_results}
    assert found == {
        ("held-out split of the corpus", "hub"),
        ("ASSIN2 similarity (generated data)", "sample"),
        ("ASSIN2 entailment", "some/assin2"),
        ("TweetSentBR", "tweetsentbr"),
    }


def test_a_model_of_generated_text_that_was_measured_on_real_tasks_says_both(release: Release) -> None:
    text = model_card(replace(release, corpus="sample", tasks=_made(release, "tweetsentbr")))
    assert "> **Not for use.** This model was trained on text that the pipeline generates to test itself." in text
    assert "| TweetSentBR (generated data), frozen: macro-F1 |" in text
    assert "| ASSIN2 similarity, frozen: Pearson |" in text


def test_a_sample_model_is_marked_and_names_no_origin(release: Release) -> None:
    sample = replace(release, corpus="sample", datasets=(), origins=(), cased=False)
    sample = replace(sample, tasks=_made(release, *release.tasks), stand_ins=["teacher", "base"])
    card = ModelCard(model_card(sample))
    assert "> **Not for use.** This model was trained and measured on text that the pipeline generates" in card.content
    assert "generated data" not in card.content  # the first lines say it of all scores
    assert "stand-in" not in card.content
    assert "generated sample text" in card.content
    assert "drops case and accents" in card.content
    assert card.data.get("base_model") is None
    assert card.data.get("datasets") is None


def test_the_card_needs_no_references(release: Release) -> None:
    results = replace(release.results, models=["total"], training={})
    assert "|  | this model |" in model_card(replace(release, results=results))


@pytest.mark.parametrize(
    ("corpus", "text"),
    [
        ("files", "Text: files of the person who trained this model; this card does not say where they are from. P"),
        ("hub", "Text: a data set of the person who trained this model; this card does not say where it is from. P"),
        ("vert", "Text: brWaC, crawled web pages in Brazilian Portuguese. P"),
    ],
)
def test_a_card_that_nobody_has_given_the_source_says_what_is_known(release: Release, corpus: str, text: str) -> None:
    assert text in model_card(replace(release, corpus=corpus, datasets=(), text=None))
    assert "Text: some/corpus. P" in model_card(replace(release, corpus=corpus, text=None))
