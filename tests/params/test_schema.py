"""The JSON schema of params.yaml: fresh, true of every file in params/, and against wrong ones."""

import copy
import json
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT, sample_params
from tinypt.params.schema import params_schema

jsonschema = pytest.importorskip("jsonschema", reason="jsonschema comes with requirements-checks.txt")


def test_the_committed_schema_is_the_loaders() -> None:
    committed = json.loads((ROOT / "params/schema.json").read_text(encoding="utf-8"))
    assert committed == params_schema(), "run python -m tinypt.params.schema > params/schema.json"


@pytest.mark.parametrize("file", sorted((ROOT / "params").glob("*.yaml")), ids=lambda file: file.name)
def test_every_parameter_file_fits_and_names_it(file: Any) -> None:
    text = file.read_text(encoding="utf-8")
    jsonschema.validate(yaml.safe_load(text), params_schema())
    assert text.startswith("# yaml-language-server: $schema=params/schema.json\n"), (
        "its place once copied to params.yaml"
    )


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("corpus", "source", "sampel"),
        ("split", "test_share", "much"),
        ("tokenize", "lenght", 64),
        ("clean", "repairs", 1),
    ],
)
def test_a_mistake_does_not_fit(section: str, key: str, value: object) -> None:
    params = copy.deepcopy(sample_params())
    params[section][key] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(params, params_schema())
