"""The demo in a real Chromium, with the shipped model: the same answers as Python, quick, silent, and for everyone."""

import re
from random import Random
from statistics import median
from typing import Any

import numpy as np
import pytest

from tests.demo.conftest import PREVIEW, Demo, Reference

GAPS, TIMED = 200, 40
PHONE = 390  # px
MILLISECONDS = 30
CONTRAST = 4.5  # WCAG 2, level AA


def with_gap(sentence: str, random: Random) -> str:
    words = sentence.split()
    words[random.randrange(1, len(words))] = "[MASK]"
    return " ".join(words)


ANSWERS = """async (texts) => {
  const box = document.getElementById("fill-text"), results = document.querySelector("#fill .results");
  const answers = [];
  for (const text of texts) {
    box.value = text;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    do await new Promise((resolve) => setTimeout(resolve)); while (results.getAttribute("aria-busy") === "true");
    const texts = (list, kind) => [...list.querySelectorAll(kind)].map((place) => place.textContent);
    const lists = [...results.querySelectorAll(".words")];
    const words = lists.map((list) => texts(list, ".word")), shares = lists.map((list) => texts(list, ".number"));
    const time = parseFloat(document.querySelector("#fill .milliseconds").textContent.replace(",", "."));
    answers.push({ words, shares, time });
  }
  return answers;
}"""


def test_the_same_five_words_as_in_python(demo: Demo, model: Reference, sentences: list[str]) -> None:
    random = Random(0)
    texts = [with_gap(sentence, random) for sentence in random.sample(sentences, GAPS)]
    shown = demo.page.evaluate(ANSWERS, texts)
    answers = [answer["words"] for answer in shown]
    expected, percents = zip(*map(model.fill, texts), strict=True)
    assert sum(map(len, expected)) >= GAPS
    assert [pair for pair in zip(texts, answers, expected, strict=True) if pair[1] != pair[2]] == []
    shares = [[[float(share[:-2].replace(",", ".")) for share in gap] for gap in answer["shares"]] for answer in shown]
    np.testing.assert_allclose(np.concatenate(shares), np.concatenate(percents), atol=0.06)


def test_an_answer_takes_less_than_thirty_milliseconds(
    demo: Demo, sentences: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The least of several tries counts, since other processes may hold the processor in any one of them."""
    random = Random(1)
    texts = [with_gap(sentence, random) for sentence in random.sample(sentences, TIMED)]
    tries = [[answer["time"] for answer in demo.page.evaluate(ANSWERS, texts)] for _ in range(5)]
    typical = median(map(min, zip(*tries, strict=True)))
    single = median(time for times in tries for time in times)
    with capsys.disabled():
        print(f"\ndemo: median answer {typical:.1f} ms, of single tries {single:.1f} ms")
    assert typical < MILLISECONDS


def test_similarity_as_in_python(demo: Demo, model: Reference, sentences: list[str]) -> None:
    pairs = list(zip(sentences[:50], sentences[50:100], strict=True))
    found = demo.page.evaluate(
        """async (pairs) => {
          const { Model, cosine } = await import(new URL("model.js", document.baseURI));
          const model = await Model.load("models/preview/");
          const found = [];
          for (const [one, other] of pairs) found.push(cosine(await model.embed(one), await model.embed(other)));
          return found;
        }""",
        pairs,
    )
    np.testing.assert_allclose(found, [model.similarity(*pair) for pair in pairs], atol=1e-3)
    for place, text in zip(("#similar-one", "#similar-two"), pairs[0], strict=True):
        demo.type(place, text)
    assert demo.page.inner_text("#similar strong") == f"{found[0]:.2f}".replace(".", ",")


def test_search_lists_the_nearest_lines(demo: Demo, model: Reference, sentences: list[str]) -> None:
    lines, query = sentences[:12], sentences[20]
    demo.type("#search-list", "\n".join([*lines, "", f"  {lines[0]}  "]))
    demo.type("#search-query", query)
    order = sorted(lines, key=lambda line: -model.similarity(query, line))
    assert demo.page.locator("#search .line").all_inner_texts() == [" ".join(line.split()) for line in order[:5]]


def test_gaps_are_written_as_lines_or_masks(demo: Demo, model: Reference) -> None:
    text = "O [MASK] venceu o jogo na [MASK]."
    for written in (text, "O ___ venceu o jogo na __.", "O [mask] venceu o jogo na _____."):
        (answer,) = demo.page.evaluate(ANSWERS, [written])
        assert answer["words"] == model.fill(text)[0]
    assert len(answer["words"]) == 2
    assert not {"[MASK]", "[PAD]", "[UNK]", "[CLS]", "[SEP]"} & {word for words in answer["words"] for word in words}


def test_the_page_says_what_is_missing(demo: Demo) -> None:
    advice = demo.page.locator("#fill .advice")
    demo.type("#fill-text", "Sem lacuna.")
    assert advice.inner_text() == "Escreva ___ onde falta uma palavra."
    demo.type("#fill-text", "palavra " * 200 + "___")
    assert advice.inner_text().startswith("A lacuna está além")
    for place in ("#similar-two", "#search-query"):
        demo.type(place, " ")
        section = place.split("-")[0]
        assert demo.page.inner_text(f"{section} .advice") == "Escreva algo em todos os campos."
        demo.type(place, "uma frase")
        assert demo.page.locator(f"{section} .advice").count() == 0


def test_languages_and_models_can_be_switched(demo: Demo) -> None:
    page = demo.page
    assert page.get_attribute("html", "lang") == "pt-BR"
    assert page.inner_text("h1") == "Um BERT minúsculo em português"
    page.get_by_role("button", name="English").click()
    demo.settle()
    assert page.get_attribute("html", "lang") == "en"
    assert page.title() == "A tiny BERT for Portuguese · bert-tiny-pt"
    assert "loaded in" in page.inner_text("#status")
    assert page.inner_text("#fill .milliseconds").count(".") == 1
    page.get_by_label("Model").select_option("other")
    demo.settle()
    size = sum((PREVIEW / name).stat().st_size for name in ("tokenizer.json", "config.json", "onnx/compact.onnx")) / 1e6
    assert page.inner_text("#status").startswith(f"{size:.1f} MB, loaded in ")
    assert sum(request.endswith("models/other/onnx/compact.onnx") for request in demo.requests) == 1
    demo.type("#fill-text", "O ___ venceu.")
    page.select_option("#model", "models/preview/")  # and back, before the answers are there
    page.select_option("#model", "models/other/")
    page.select_option("#model", "models/preview/")
    page.get_by_role("button", name="Português").click()
    demo.settle()
    assert page.locator("#fill .word").count() == 5


def test_all_can_be_done_with_the_keyboard(demo: Demo) -> None:
    """Tab reaches every control in the order of the page, its focus shows, and Enter on an example answers it."""
    page = demo.page
    controls = page.locator("button, select, textarea, input")
    controls.nth(1).focus()
    page.keyboard.press("Shift+Tab")
    for place in range(controls.count()):
        assert controls.nth(place).evaluate("(control) => control === document.activeElement"), place
        assert controls.nth(place).evaluate("(control) => getComputedStyle(control).outlineStyle") != "none"
        page.keyboard.press("Tab")
    chosen = page.locator("[data-example]").first
    chosen.focus()
    page.keyboard.press("Enter")
    demo.settle()
    assert page.input_value("#fill-text") == chosen.inner_text()


def test_screen_readers_hear_names_and_answers(demo: Demo) -> None:
    page = demo.page
    for place in ("#fill-text", "#similar-one", "#similar-two", "#search-query", "#search-list", "#model"):
        assert page.locator(place).evaluate("(control) => control.labels[0].textContent.trim()") != ""
    assert page.get_by_role("button").count() == page.locator("button").count() == 4
    assert page.evaluate("[...document.querySelectorAll('button')].every((button) => button.textContent.trim())")
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.get_by_role("heading", level=2).count() == 3
    assert page.get_by_role("region").count() == 3
    named = "[...document.querySelectorAll('[aria-labelledby]')].every((place) => document.getElementById(place.getAttribute('aria-labelledby')))"  # noqa: E501
    assert page.evaluate(named)
    demo.type("#fill-text", "O [MASK] venceu.")
    first = page.locator("#fill .word").first.inner_text()
    spoken = page.locator("#fill [aria-live=polite]")
    spoken.filter(has_text=re.compile(f"^{re.escape(first)} .*%")).wait_for()
    assert spoken.inner_text().count("%") == 5


CONTRASTS = """() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map((part) => part / 255).map((part) =>
      part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (place) => {
    const colour = getComputedStyle(place).backgroundColor;
    return colour === "rgba(0, 0, 0, 0)" ? ground(place.parentElement) : colour;
  };
  const found = [];
  for (const place of document.body.querySelectorAll("*")) {
    if (![...place.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim())) continue;
    const [one, other] = [light(getComputedStyle(place).color), light(ground(place))].sort((a, b) => b - a);
    found.push([place.outerHTML.slice(0, 80), (one + 0.05) / (other + 0.05)]);
  }
  return found;
}"""


def test_colours_follow_the_visitor_and_contrast_enough(demo: Demo) -> None:
    page = demo.page
    grounds = []
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        grounds.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        contrasts = page.evaluate(CONTRASTS)
        assert len(contrasts) > 30
        assert [(place, value) for place, value in contrasts if value < CONTRAST] == []
    assert grounds[0] != grounds[1]


def test_nothing_scrolls_sideways_on_a_phone(demo: Demo) -> None:
    page = demo.page
    page.set_viewport_size({"width": PHONE, "height": 800})
    demo.type("#search-list", "x" * 300 + "\numa frase")
    for button in ("English", "Português"):
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE
        page.get_by_role("button", name=button).click()
        demo.settle()
    page.set_viewport_size({"width": 1100, "height": 900})


def test_a_browser_in_another_language_gets_english_and_a_lost_model_is_said(browser: Any, url: str) -> None:
    context = browser.new_context(locale="es-ES")
    page = context.new_page()
    page.route("**/preview/config.json", lambda route: route.fulfill(status=404))
    page.goto(url)
    page.wait_for_selector("#status:has-text('404')")
    assert page.inner_text("#status").startswith("The model could not be loaded. (models/preview/config.json: 404")
    page.get_by_label("Model").select_option("other")
    page.wait_for_selector("#fill .word")
    context.close()
