from collections import Counter
from dataclasses import asdict, replace

import pytest

from tinypt.params.corpus import NoiseRates
from tinypt.runtime.errors import PipelineError
from tinypt.sample import noise
from tinypt.sample.generator import SampleRecord, sample_records

NONE = NoiseRates(*[0.0] * 12)
RATES = NoiseRates(
    markup=0.04, entities=0.03, urls=0.05, metadata=0.05, mojibake=0.03, boilerplate=0.05, repetition=0.01,
    too_short=0.02, too_long=0.002, foreign=0.013, exact_duplicates=0.02, near_duplicates=0.03,
)  # fmt: skip
COUNT = 1000


@pytest.fixture(scope="module")
def records() -> list[SampleRecord]:
    return list(sample_records(COUNT, RATES, seed=5))


def of_kind(records: list[SampleRecord], kind: str) -> list[SampleRecord]:
    return [record for record in records if record.noise == (kind,)]


def test_counts_per_kind_are_exact(records: list[SampleRecord]) -> None:
    assert len(records) == COUNT
    counts = Counter(kind for record in records for kind in record.noise)
    assert counts == {kind: round(rate * COUNT) for kind, rate in asdict(RATES).items()}


def test_a_kind_with_rate_zero_does_not_occur() -> None:
    assert not any(record.noise for record in sample_records(200, NONE, seed=1))
    kinds = {kind for record in sample_records(200, replace(NONE, urls=0.1), seed=1) for kind in record.noise}
    assert kinds == {"urls"}


def test_records_depend_on_the_seed(records: list[SampleRecord]) -> None:
    assert list(sample_records(COUNT, RATES, seed=5)) == records
    others = list(sample_records(COUNT, RATES, seed=6))
    assert not {record.text for record in others} & {record.text for record in records}
    assert [record.noise for record in others] != [record.noise for record in records]


def test_a_document_does_not_depend_on_the_others() -> None:
    few, many = sample_records(50, NONE, seed=2), sample_records(500, NONE, seed=2)
    assert all(first == second for first, second in zip(few, many, strict=False))


def test_ids_and_uris_are_unique_and_no_clean_text_repeats(records: list[SampleRecord]) -> None:
    clean = [record.text for record in records if not record.noise]
    assert len(set(clean)) == len(clean)
    for name in ("doc_id", "uri"):
        values = [getattr(record, name) for record in records]
        assert len(set(values)) == COUNT
        assert all(value.isascii() for value in values)


def test_original_is_the_output_of_a_perfect_cleaner(records: list[SampleRecord]) -> None:
    for record in records:
        if not record.noise:
            assert record.original == record.text
        elif record.noise[0] in noise.REPAIRED:
            assert record.original not in ("", record.text)
        else:
            assert record.original == ""


def test_duplicates_have_a_clean_source_before_them(records: list[SampleRecord]) -> None:
    seen: list[str] = []
    for record in records:
        if record.noise == ("exact_duplicates",):
            assert any(record.text.lower().split() == text.lower().split() for text in seen)
        elif record.noise == ("near_duplicates",):
            assert max(noise.jaccard(record.text, text) for text in seen) >= noise.NEAR_DUPLICATE
            assert record.text not in seen
        elif not record.noise:
            seen.append(record.text)


def test_kinds_to_drop_have_their_properties(records: list[SampleRecord]) -> None:
    assert all(6000 <= len(record.text.split()) <= 6500 for record in of_kind(records, "too_long"))
    for record in of_kind(records, "foreign"):
        words = record.text.lower().split()
        assert sum(word in ("the", "and", "a", "to", "el", "la", "y", "en", "de") for word in words) > len(words) / 12
        assert not {"não", "um", "uma", "os"} & set(words)


def test_shares_that_leave_no_clean_document_are_refused() -> None:
    with pytest.raises(PipelineError, match=r"corpus\.noise"):
        list(sample_records(20, NoiseRates(*[0.08] * 12), seed=1))
