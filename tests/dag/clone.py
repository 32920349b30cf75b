"""A working copy of the project with git history and DVC cache of its own, and the smallest parameters for it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from tinypt.params.check import check_file

ROOT = Path(__file__).parents[2]
COLD = Path(sys.executable).parent  # the folder of an ordinary `python`
GENERATED = ("metrics/", "report/", "dvc.lock")  # the lock file alone would cost DVC seconds at every call
IDENTITY = {f"GIT_{role}_{what}": "t@t" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def minimal() -> dict[str, Any]:
    """The sample's parameters with everything small, and three of its students."""
    params: dict[str, Any] = yaml.safe_load((ROOT / "params/sample.yaml").read_text(encoding="utf-8"))
    params["students"] = {name: params["students"][name] for name in ("total", "semantic", "partial")}
    params["corpus"]["documents"] = 400
    params["base"]["corpus"]["documents"] = 150
    for model in ("teacher", "base"):
        params[model]["architecture"] |= {"layers": 1, "hidden": 32, "heads": 2, "feed_forward": 64}
        params[model]["vocabulary"]["size"] = 600
        params[model]["training"] |= {"epochs": 0.5, "validation_blocks": 16}
    params["teacher"]["architecture"] |= {"hidden": 48, "layers": 2}
    for student_params in params["students"].values():
        student_params["distill"] |= {"epochs": 0.5, "validation_blocks": 16}
    params["sentences"]["number"] = 64
    params["targets"]["base"] = {"alignment": "word", "width": 16, "precision": "fp32"}
    params["students"]["partial"]["distill"] |= {"targets": "cached", "alignment": "word"}
    params["evaluate"] |= {"mlm_blocks": 32, "sentences": 10}
    params["evaluate"]["finetune"] |= {"epochs": 1, "seeds": [1], "heads": ["matched"]}
    return params


def _share_machine_code(source: Path, target: Path) -> None:
    """Give `target` numba's machine code of `source`. Numba accepts it if the size and time of a file are the same."""
    for code in source.glob("tinypt/**/__pycache__/*.nb[ic]"):
        module = code.parents[1].relative_to(source) / f"{code.name.split('.')[0]}.py"
        if (target / module).is_file():
            shutil.copystat(source / module, target / module)
            (target / module.parent / "__pycache__").mkdir(exist_ok=True)
            shutil.copy2(code, target / module.parent / "__pycache__")


class Clone:
    """A working copy with a git history and a DVC cache of its own, driven by the commands that a user types.

    `python` is the folder of the `python` that runs them: an ordinary one, or that of `warm_python`.
    """

    def __init__(self, folder: Path, python: Path = COLD) -> None:
        self.folder = folder
        self.python = python

    @classmethod
    def start(cls, folder: Path, params: dict[str, Any], python: Path = COLD) -> "Clone":
        """A new history with the project's files as they are now, without lock file, metrics and report."""
        clone = cls(folder, python)
        for name in clone.run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT).split(
            "\0"
        ):
            if (ROOT / name).is_file() and not name.startswith(GENERATED) and name != "params.yaml":
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, target)
        _share_machine_code(ROOT, folder)
        clone.write_params(params)
        clone.git("init", "-q", "-b", "main")
        clone.commit("start")
        return clone

    def copy(self, folder: Path) -> "Clone":
        """The same files in another folder, with hard links for data, models and DVC's cache."""
        linked = [str(self.folder / name) for name in ("data", "models", ".dvc/cache")]

        def link_or_copy(source: str, target: str) -> None:
            if any(source.startswith(f"{name}{os.sep}") for name in linked):
                os.link(source, target)
            else:
                shutil.copy2(source, target)

        def ignore(folder: str, names: list[str]) -> list[str]:
            return ["tmp"] if folder.endswith(".dvc") else []

        shutil.copytree(self.folder, folder, ignore=ignore, copy_function=link_or_copy)
        return Clone(folder, self.python)

    def git_clone(self, folder: Path) -> "Clone":
        """A `git clone` of this one: no data, no cache."""
        self.git("clone", "-q", str(self.folder), str(folder))
        _share_machine_code(self.folder, folder)
        return Clone(folder, self.python)

    def run(self, *command: str, cwd: Path | None = None) -> str:
        """Standard output of a command run in the clone, which must succeed."""
        result = self.attempt(*command, cwd=cwd)
        assert result.returncode == 0, f"{' '.join(command)}\n{result.stdout[-3000:]}\n{result.stderr[-3000:]}"
        return result.stdout

    def attempt(
        self, *command: str, cwd: Path | None = None, timeout: float | None = None, **variables: str
    ) -> "subprocess.CompletedProcess[str]":
        """The result of a command run in the clone, with these environment variables added."""
        path = os.pathsep.join([str(self.python), str(COLD), os.environ["PATH"]])
        environment = os.environ | IDENTITY | {"PATH": path, "DVC_NO_ANALYTICS": "1"} | variables
        return subprocess.run(
            command,
            cwd=cwd or self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )

    def dvc(self, *arguments: str) -> str:
        return self.run("python", "-m", "dvc", *arguments)

    def git(self, *arguments: str) -> str:
        return self.run("git", *arguments)

    def repro(self, *arguments: str) -> list[str]:
        """Names of the stages that `dvc repro` ran."""
        return self.ran(self.dvc("repro", *arguments))

    def ran(self, output: str) -> list[str]:
        """Names of the stages that ran, read from the output of a command that reproduces."""
        return [line.split("'")[1] for line in output.splitlines() if line.startswith("Running stage")]

    def commit(self, message: str) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def write_params(self, params: dict[str, Any]) -> None:
        plain = json.loads(json.dumps(params))  # no mapping twice: YAML would write an alias
        (self.folder / "params.yaml").write_text(yaml.safe_dump(plain, sort_keys=False), encoding="utf-8")
        check_file(self.folder / "params.yaml")

    def params(self) -> dict[str, Any]:
        return yaml.safe_load((self.folder / "params.yaml").read_text(encoding="utf-8"))  # type: ignore[no-any-return]

    def stages(self) -> set[str]:
        return set(self.dvc("stage", "list", "--name-only").split())

    def downstream(self, *stages: str) -> set[str]:
        """The stages named and all that depend on them, by DVC's own graph."""
        followers: dict[str, set[str]] = {}
        for line in self.dvc("dag", "--dot").splitlines():
            if "->" in line:
                before, after = (part.strip(' ";') for part in line.split("->"))
                followers.setdefault(before, set()).add(after)
        found, waiting = set(), list(stages)
        while waiting:
            stage = waiting.pop()
            if stage not in found:
                found.add(stage)
                waiting += followers.get(stage, ())
        return found

    def metrics(self) -> dict[str, bytes]:
        """Every file under metrics/, by its path there."""
        folder = self.folder / "metrics"
        return {
            str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
        }

    def status(self) -> Any:
        """`dvc status`: what differs from the lock file, by stage."""
        return json.loads(self.dvc("status", "--json"))
