from pathlib import Path

import numpy as np
import pytest

from tests.conftest import TEXTS
from tinypt.inference import model as inference
from tinypt.inference.model import Model, normalised
from tinypt.inference.search import search


def test_the_nearest_lines_come_first(release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inference, "CHUNK", 3)
    model = Model(release)
    texts = ["", *TEXTS, "  "]
    hits = search(model, iter(texts), TEXTS[3], 4)
    cosines = normalised(model.vectors(texts)) @ normalised(model.vectors([TEXTS[3]]))[0]
    order = [row for row in np.argsort(-cosines) if texts[row].strip()][:4]
    assert [hit.line for hit in hits] == [row + 1 for row in order]
    assert [hit.text for hit in hits] == [texts[row] for row in order]
    np.testing.assert_allclose([hit.cosine for hit in hits], cosines[order], atol=1e-5)
    assert hits[0].text == TEXTS[3]
    assert hits[0].cosine == pytest.approx(1)
