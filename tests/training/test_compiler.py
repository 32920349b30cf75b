import re
from pathlib import Path

import pytest
import torch

from tinypt.runtime.errors import PipelineError
from tinypt.training.compiler import compiler_faults, has_compiler


@pytest.mark.parametrize(("device", "variable", "name"), [("cpu", "CXX", "g++"), ("cuda", "CC", "gcc")])
def test_a_compiler_is_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, device: str, variable: str, name: str
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not has_compiler(torch.device(device))
    for program in (name, "own"):
        (tmp_path / program).write_text("#!/bin/sh\n")
        (tmp_path / program).chmod(0o755)
    assert has_compiler(torch.device(device))
    monkeypatch.setenv(variable, "own")
    assert has_compiler(torch.device(device))
    monkeypatch.setenv(variable, "none")
    assert not has_compiler(torch.device(device))


def test_a_compiler_that_fails_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real backend with a compiler that cannot compile."""
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr("torch._inductor.config.cpp.cxx", (str(broken),))
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path / "cache"))
    function = torch.compile(lambda x: torch.sin(x).exp() + 1)
    with pytest.raises(PipelineError) as caught, compiler_faults("distill total"):
        function(torch.ones(64))
    assert re.fullmatch(
        r"distill total: compile: true needs a working C\+\+ compiler; install one .+", str(caught.value)
    )
