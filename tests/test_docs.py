"""Examples in the documentation work when they are copied unchanged."""

import ast
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tinypt.inference.model import Model
from tinypt.modeling.forward import HEADS
from tinypt.params.corpus import Corpus
from tinypt.params.loader import load
from tinypt.params.models import Teacher
from tinypt.params.tasks import Task

ROOT = Path(__file__).parents[1]


def _blocks(page: str, section: str) -> list[str]:
    return re.findall(rf"^```yaml\n({section}:.*?)^```", (ROOT / page).read_text(encoding="utf-8"), re.M | re.S)


@pytest.mark.parametrize("number", range(3), ids=["transformers", "sentence_transformers", "onnxruntime"])
def test_the_quick_starts_run_as_they_stand(
    number: int, release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    examples = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs/use.md").read_text(encoding="utf-8"), re.M | re.S)
    assert len(examples) == 3
    if number == 1:
        pytest.importorskip("sentence_transformers", reason="pip install -r requirements-sentences.txt")
    monkeypatch.chdir(tmp_path)
    shutil.copytree(release, "models/total_best/release")
    exec(examples[number], {})
    shown = capsys.readouterr().out
    if number == 1:
        assert shown.startswith("tensor([[")
    else:
        guesses = Model(release).fill("Nos fins de [MASK], a padaria abre cedo.")
        assert sum(guess.piece in shown for guess in guesses) >= 4  # transformers computes in fp32


def test_the_javascript_quick_start_answers_as_python(release: Path, tmp_path: Path) -> None:
    node, runtime = shutil.which("node"), ROOT / "demo/vendor/installed"
    if not node:
        pytest.skip("node is not installed")
    if not runtime.is_file():
        pytest.skip("ONNX Runtime for JavaScript is missing: run `make vendor`")
    (code,) = re.findall(r"^```js\n(.*?)^```", (ROOT / "docs/use.md").read_text(encoding="utf-8"), re.M | re.S)
    (tmp_path / "example.mjs").write_text(code, encoding="utf-8")
    (tmp_path / "demo").symlink_to(ROOT / "demo")
    shutil.copytree(release, tmp_path / "preview")
    done = subprocess.run([node, "example.mjs"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    *words, cosine = done.stdout.splitlines()
    guesses = Model(release).fill("Nos fins de [MASK], a padaria abre cedo.")
    assert re.findall(r"piece: '(.*?)'", "".join(words)) == [guess.piece for guess in guesses]
    expected = Model(release).similarity("A menina comprou uma maçã.", "A garota comprou maçãs.")
    assert float(cosine) == pytest.approx(expected, abs=1e-3)


def test_the_release_notes_are_the_newest_section_of_the_changelog() -> None:
    done = subprocess.run(["make", "-s", "release-notes"], cwd=ROOT, capture_output=True, text=True, check=True)
    newest, older = re.split(r"^## .*\n", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.M)[1:3]
    assert done.stdout == newest
    assert older.strip() not in done.stdout


TASKS, CORPORA = (
    _blocks("docs/tasks.md", "tasks"),
    [block for page in ("docs/data.md", "README.pt-BR.md") for block in _blocks(page, "corpus")],
)


def test_the_pages_on_tasks_and_data_show_some() -> None:
    assert (len(TASKS), len(CORPORA)) == (3, 4)


@pytest.mark.parametrize("block", TASKS)
def test_tasks_can_be_copied_into_params_yaml(block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in re.findall(r"id: (inputs/\S+)", block):  # the reader puts data there
        Path(folder).mkdir(parents=True)
    Path("params.yaml").write_text(block, encoding="utf-8")
    assert load("tasks", dict[str, Task])


@pytest.mark.parametrize("block", CORPORA)
def test_a_corpus_can_be_copied_into_params_yaml(block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(block, encoding="utf-8")
    load("corpus", Corpus)


def test_a_teacher_can_be_copied_into_params_yaml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (block,) = _blocks("docs/data.md", "teacher")
    Path("inputs/teacher/x").mkdir(parents=True)  # the reader puts the model there
    Path("params.yaml").write_text(block, encoding="utf-8")
    load("teacher", Teacher)


def test_the_page_on_data_lists_every_type_of_teacher() -> None:
    page = (ROOT / "docs/data.md").read_text(encoding="utf-8")
    (listed,) = re.findall(r"^These types work.*?: (.*?)\. ", page, re.M | re.S)
    short = {"deberta-v2": "deberta", "xlm-roberta": "xlm-r"}
    for kind in HEADS:
        assert short.get(kind, kind) in listed.lower(), kind


def test_the_example_of_the_readme_prints_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line with a comment ends in the value that the comment gives."""
    monkeypatch.chdir(ROOT)
    (code,) = re.findall(r"^```python\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.M | re.S)
    names: dict[str, object] = {}
    said = 0
    for statement in ast.parse(code).body:
        source = ast.unparse(statement)
        comment = code.splitlines()[statement.end_lineno - 1].partition("  # ")[2]  # type: ignore[operator]
        if isinstance(statement, ast.Expr):
            value = eval(source, names)
            assert (round(value, 2) if isinstance(value, float) else value) == ast.literal_eval(comment), source
            said += 1
        else:
            exec(source, names)
    assert said == 3


def test_the_commands_print_what_the_pages_say() -> None:
    model = Model(ROOT / "preview")
    pages = "".join((ROOT / page).read_text(encoding="utf-8") for page in ("README.pt-BR.md", "docs/use.md"))
    similar = re.findall(r'^tinypt similar "(.*?)" "(.*?)" +# (0\.\d+)', pages, re.M)
    filled = re.findall(r'^tinypt fill "(.*?)" +# ((?:\S+, ){4}\S+)$', pages, re.M)
    assert (len(similar), len(filled)) == (2, 1)
    for first, second, said in similar:
        assert f"{model.similarity(first, second):.4f}" == said
    for text, said in filled:
        assert ", ".join(guess.piece for guess in model.fill(text)) == said
