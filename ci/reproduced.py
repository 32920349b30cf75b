"""Says at the end of `make repro` whether the metrics are those of the last commit, and where to look now."""

import json
import subprocess
from pathlib import Path
from typing import Any

import yaml

SHOWN = 5  # files and parameters that are named


def main() -> None:
    """Print it."""
    print("\n".join(["", *summary()]))


def summary() -> list[str]:
    """The lines to print, for the repository in the working directory."""
    return [_verdict(), "Look at the results: report/index.html, in a browser", *_try()]


def _verdict() -> str:
    files = sorted(Path("metrics").rglob("*.json")) + sorted(Path("metrics").rglob("*.csv"))
    changed = _git("diff", "--name-only", "--relative", "HEAD", "--", "metrics")
    if changed is None:
        return f"Ran: {len(files)} files of metrics. There is no commit to compare them with."
    different = changed + (_git("ls-files", "--others", "--exclude-standard", "metrics") or [])
    if not different:
        return f"Reproduced: {len(files)} of {len(files)} files of metrics as committed."
    same = len(files) - len([file for file in different if Path(file).is_file()])
    return f"{same} of {len(files)} files of metrics are as committed; {_listed(different)} differ. {_why()}"


def _why() -> str:
    parameters = sorted(_flat(_committed("params.yaml")).items() ^ _flat(Path("params.yaml").read_text()).items())
    if parameters:
        return f"Parameters that differ too: {_listed(list(dict.fromkeys(key for key, _ in parameters)))}."
    code = _git("diff", "--name-only", "--relative", "HEAD", "--", "stages", "tinypt", "dvc.yaml", "inputs")
    if code:
        return f"Files that differ too: {_listed(code)}."
    return "Parameters and code are as committed: another make of processor, or number of threads (docs/ci.md)."


def _try() -> list[str]:
    return [
        "Try next: change a value under `students` in params.yaml and run `make repro` again (docs/experiments.md),",
        "or `make plan` for the real run (docs/real-run.md)",
    ]


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def _flat(text: str) -> dict[str, str]:
    """Dotted keys of a YAML file, with their values as text."""
    found: dict[str, str] = {}

    def add(value: Any, key: str) -> None:
        if isinstance(value, dict):
            for name, item in value.items():
                add(item, f"{key}.{name}" if key else str(name))
        else:
            found[key] = json.dumps(value)

    add(yaml.safe_load(text), "")
    return found


def _committed(file: str) -> str:
    done = subprocess.run(["git", "show", f"HEAD:./{file}"], capture_output=True, text=True, check=False)
    return done.stdout or "{}"


def _git(*arguments: str) -> list[str] | None:
    """The lines that a git command prints; None if it fails."""
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    return done.stdout.splitlines() if done.returncode == 0 else None


if __name__ == "__main__":
    main()
