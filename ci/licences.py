"""List the licence of every installed package, as its metadata state it: name, version, licence, one a line."""

from importlib.metadata import Distribution, distributions


def main() -> None:
    """Print the lines, sorted by name."""
    print(*sorted({_line(package) for package in distributions()}, key=str.lower), sep="\n")


def _line(package: Distribution) -> str:
    found = package.metadata
    fields = {name: (found.get_all(name) or [""])[0].strip() for name in ("License", "License-Expression")}
    classifiers = [name.rpartition(" :: ")[2] for name in found.get_all("Classifier") or [] if name.startswith("Lic")]
    text = fields["License"].split("\n")[0][:60]  # some packages put the whole text there
    licence = fields["License-Expression"] or ", ".join(classifiers) or text or "see its files"
    return f"{found['Name']} {package.version}: {licence}"


if __name__ == "__main__":
    main()
