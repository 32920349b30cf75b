"""The demo's page in Chromium, the same answers in Python, and sentences: real ones where real data is at hand."""

import json
import os
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tokenizers import Tokenizer

from demo.build import VENDOR, build
from demo.serve import server
from tests.conftest import ROOT
from tinypt.corpus.files import expand, read_file
from tinypt.sample.documents import write_document
from tinypt.sentences.cut import cut_sentences

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PREVIEW = ROOT / "preview"
SENTENCES = 10_000
EACH = 60  # documents of each real file


@pytest.fixture(scope="session")
def real_sentences(real_data: Path) -> list[str]:
    """Ten thousand sentences, taken evenly from documents of all real files, as they are: long, noisy, with markup."""
    texts = [
        record.text
        for file in expand((real_data / "corpus/*.jsonl.zst",))
        for record in islice(read_file(file, "text", Counter()), EACH)
    ]
    sentences = [sentence for text in texts for sentence in cut_sentences(text)]
    assert len(sentences) >= SENTENCES
    return sentences[:: len(sentences) // SENTENCES][:SENTENCES]


@pytest.fixture(scope="session")
def sentences(request: pytest.FixtureRequest) -> list[str]:
    """Sentences of 5 to 25 words and up to 250 characters: real ones, or without TINYPT_REAL_DATA the sample's."""
    if os.environ.get("TINYPT_REAL_DATA"):
        found = request.getfixturevalue("real_sentences")
    else:
        texts = [write_document(Random(seed)).text for seed in range(50)]
        found = [sentence for text in texts for sentence in cut_sentences(text)]
    return [sentence for sentence in found if 5 <= len(sentence.split()) <= 25 and len(sentence) <= 250]


@dataclass
class Demo:
    """The open page, and what its browser said and asked for."""

    page: Any
    url: str
    messages: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def settle(self) -> None:
        """Wait until the model is there and all tools have answered."""
        self.page.wait_for_selector("main:not(:has([aria-busy=true]))")

    def type(self, place: str, text: str) -> None:
        self.page.fill(place, text)
        self.settle()


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the demo with two models, under a path as on a static host."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "models/other").mkdir(parents=True)
    (folder / "preview").symlink_to(PREVIEW)
    (folder / "models/other/release").symlink_to(PREVIEW)
    build(folder, folder / "host/bert-tiny-pt")
    with server(folder / "host") as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}/bert-tiny-pt/"
        running.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium. Its tests are skipped where a part of the demo is missing."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = next(filter(None, map(shutil.which, NAMES)), None)
    if chromium is None:
        pytest.skip(f"no Chromium: none of {', '.join(NAMES)} is on the path")
    if not (VENDOR / "installed").is_file():
        pytest.skip("the demo's runtime is missing: run `make vendor`")
    if not PREVIEW.is_dir():
        pytest.skip("no preview/: there is no model to show")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def demo(browser: Any, url: str) -> Iterator[Demo]:
    """The page in Portuguese and light colours. At the end it has logged nothing and asked no one but its own host."""
    context = browser.new_context(viewport={"width": 1100, "height": 900}, locale="pt-BR", color_scheme="light")
    demo = Demo(context.new_page(), url)
    demo.page.on("console", lambda message: demo.messages.append(message.text))
    demo.page.on("pageerror", lambda error: demo.messages.append(str(error)))
    demo.page.on("request", lambda request: demo.requests.append(request.url))
    demo.page.goto(url)
    demo.settle()
    yield demo
    assert demo.messages == []
    assert [request for request in demo.requests if not request.startswith((url, "data:", "blob:"))] == []


class Reference:
    """The same answers with onnxruntime and tokenizers in Python."""

    def __init__(self, folder: Path) -> None:
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(json.loads((folder / "config.json").read_bytes())["max_position_embeddings"])
        onnxruntime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
        self.session = onnxruntime.InferenceSession(folder / "onnx/compact.onnx", providers=["CPUExecutionProvider"])
        added = self.tokenizer.get_added_tokens_decoder()
        self.special = [number for number, token in added.items() if token.special]

    def run(self, text: str) -> tuple[list[int], NDArray[np.float32], NDArray[np.float32]]:
        """Columns of the masks, probabilities at each of them, and the vector of the text."""
        ids = self.tokenizer.encode(text).ids
        columns = [column for column, id in enumerate(ids) if id == self.tokenizer.token_to_id("[MASK]")]
        feeds = {
            "input_ids": np.array([ids]),
            "attention_mask": np.ones((1, len(ids)), dtype=np.int64),
            "masked": np.array([(0, column) for column in columns], dtype=np.int64).reshape(-1, 2),
        }
        logits, vectors = self.session.run(["logits", "sentence_embedding"], feeds)
        odds = np.exp(logits - logits.max(axis=-1, keepdims=True, initial=-np.inf))
        return columns, odds / odds.sum(axis=-1, keepdims=True), vectors[0]

    def fill(self, text: str) -> tuple[list[list[str]], list[list[float]]]:
        """The five most probable pieces of each gap, without special tokens, and their probabilities in percent."""
        _, probabilities, _ = self.run(text)
        probabilities[:, self.special] = -1
        best = np.argsort(-probabilities, axis=-1, kind="stable")[:, :5]
        pieces = [[self.tokenizer.id_to_token(int(id)) for id in row] for row in best]
        return pieces, (100 * np.take_along_axis(probabilities, best, axis=-1)).tolist()

    def similarity(self, one: str, other: str) -> float:
        first, second = self.run(one)[2], self.run(other)[2]
        return float(first @ second / np.linalg.norm(first) / np.linalg.norm(second))


@pytest.fixture(scope="module")
def model() -> Reference:
    return Reference(PREVIEW)
