"""List the licence of every installed package, as its metadata state it: name, version, licence, one a line."""

from importlib.metadata import Distribution, PackageMetadata, distributions


def main() -> None:
    """Print the lines, sorted by name."""
    print(*sorted({_line(package) for package in distributions()}, key=str.lower), sep="\n")


def _line(package: Distribution) -> str:
    found = package.metadata
    classifiers = [name.rpartition(" :: ")[2] for name in found.get_all("Classifier") or [] if name.startswith("Lic")]
    text = _first(found, "License").strip().split("\n")[0][:60]  # some packages put the whole text there
    licence = _first(found, "License-Expression") or ", ".join(classifiers) or text or "see its files"
    return f"{found['Name']} {package.version}: {licence}"


def _first(found: PackageMetadata, key: str) -> str:
    values: list[str] | None = found.get_all(key)
    return values[0] if values else ""


if __name__ == "__main__":
    main()
