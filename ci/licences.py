"""List the licence of every installed package, as its metadata state it: name, version, licence, one a line."""

from importlib.metadata import Distribution, distributions


def main() -> None:
    """Print the lines, sorted by name."""
    print(*sorted({_line(package) for package in distributions()}, key=str.lower), sep="\n")


def _line(package: Distribution) -> str:
    found = package.metadata
    classifiers = [name.rpartition(" :: ")[2] for name in found.get_all("Classifier") or [] if name.startswith("Lic")]
    text = (found.get("License") or "").strip().split("\n")[0][:60]  # some packages put the whole text there
    licence = found.get("License-Expression") or ", ".join(classifiers) or text or "see its files"
    return f"{found['Name']} {package.version}: {licence}"


if __name__ == "__main__":
    main()
