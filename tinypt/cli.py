"""The command `tinypt`: use and publish a release. Modules that take time to import are imported when they are used."""

import argparse
import logging
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tinypt.runtime.errors import PipelineError, environment_fault, visible

PIPELINE = """\
in a clone of the repository, the pipeline:
  make repro          run the whole pipeline, which makes the releases
  make plan           say how much disk, time and memory that will take
  make demo           serve a page that tries the models in a browser
  make check          linters, types and the fast tests
  make test           every test
  python -m stages.NAME --help   say what one stage reads and writes
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line. An error of the user or the machine becomes one line and exit status 1."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(message)s")
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except PipelineError as error:
        sys.exit(f"tinypt: {visible(str(error))}")
    except KeyboardInterrupt:
        sys.exit("tinypt: interrupted")
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        sys.stderr.close()
    except OSError as error:
        if fault := environment_fault(error):
            sys.exit(f"tinypt: {visible(fault)}")
        raise


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tinypt",
        description="A very small Portuguese BERT: fills gaps, compares texts, searches.",
        epilog=PIPELINE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    fill = commands.add_parser("fill", help="words for the [MASK] in a text", description=_fill.__doc__)
    fill.add_argument("text", help='for example "O Brasil é um país muito [MASK]."')
    fill.add_argument("--top", type=_positive, default=5, metavar="N", help="words to show (default: 5)")
    fill.set_defaults(run=_fill)

    similar = commands.add_parser("similar", help="similarity of two texts", description=_similar.__doc__)
    similar.add_argument("first")
    similar.add_argument("second")
    similar.set_defaults(run=_similar)

    embed = commands.add_parser("embed", help="vectors of the lines of a file", description=_embed.__doc__)
    embed.add_argument("file", type=Path, help="text lines, or JSON lines (.jsonl), in UTF-8")
    embed.add_argument("--output", type=Path, metavar="FILE", help=".npy or .jsonl (default: JSON lines, printed)")
    embed.set_defaults(run=_embed)

    search = commands.add_parser("search", help="lines of a file by meaning", description=_search.__doc__)
    search.add_argument("file", type=Path, help="text lines, or JSON lines (.jsonl), in UTF-8")
    search.add_argument("query")
    search.add_argument("--top", type=_positive, default=5, metavar="N", help="lines to show (default: 5)")
    search.set_defaults(run=_search)

    for command in (fill, similar, embed, search):
        command.add_argument(
            "--model", metavar="MODEL", help="folder of a release, or a student's name (default: the shipped preview)"
        )

    publish = commands.add_parser("publish", help="upload a release to the hub", description=_publish.__doc__)
    publish.add_argument("name", help="a student's name, or the folder of a release")
    publish.add_argument("--to", required=True, metavar="USER/REPO", help="repository on the hub")
    publish.add_argument("--yes", action="store_true", help="upload; without it, only say what would be uploaded")
    publish.set_defaults(run=_publish)
    return parser


def _fill(options: argparse.Namespace) -> None:
    """Print the most probable words for the gap, with their probabilities. ## continues the word before it."""
    from tinypt.inference.model import Model, find_release

    model = Model(find_release(options.model))
    for guess in model.fill(options.text, options.top):
        print(f"{guess.probability:7.2%}  {guess.piece}")
    _warn(model.cut)


def _similar(options: argparse.Namespace) -> None:
    """Print the cosine of the two texts' vectors, at most 1. Compare it only with other cosines of the same model."""
    from tinypt.inference.model import Model, find_release

    model = Model(find_release(options.model))
    print(f"{model.similarity(options.first, options.second):.4f}")
    _warn(model.cut)


def _embed(options: argparse.Namespace) -> None:
    """Make a vector of each line, blank ones included, in the order of the lines."""
    from tinypt.inference.model import Model, find_release
    from tinypt.inference.texts import check_output, json_lines, read_texts, write_vectors

    if options.output is not None:
        check_output(options.output)
    model = Model(find_release(options.model))
    vectors = model.embed(_counted("embed", options.file, read_texts(options.file)))
    if options.output is not None:
        write_vectors(vectors, options.output)
    else:
        for chunk in vectors:
            sys.stdout.buffer.writelines(json_lines(chunk))
            sys.stdout.buffer.flush()
    _warn(model.cut)


def _search(options: argparse.Namespace) -> None:
    """Print the lines that are most similar to the query, with the cosine and the line's number."""
    from tinypt.inference.model import Model, find_release
    from tinypt.inference.search import search
    from tinypt.inference.texts import read_texts

    model = Model(find_release(options.model))
    texts = _counted("search", options.file, read_texts(options.file))
    for hit in search(model, texts, options.query, options.top):
        print(f"{hit.cosine:.4f}  {hit.line}: {hit.text}")
    _warn(model.cut)


def _publish(options: argparse.Namespace) -> None:
    """Say what would be uploaded to the Hugging Face hub, and check the model card; with --yes, upload it."""
    from tinypt.inference.model import find_release
    from tinypt.publish import publish

    publish(find_release(options.name), options.to, options.yes)


def _counted(label: str, path: Path, texts: Iterable[str]) -> Iterator[str]:
    """The same texts, with a progress line."""
    from tinypt.inference.texts import count_lines
    from tinypt.runtime.progress import Progress

    progress = Progress(label, "texts", count_lines(path))
    for text in texts:
        yield text
        progress.add(1)
    progress.close()


def _positive(value: str) -> int:
    if not value.isdecimal() or int(value) == 0:
        raise argparse.ArgumentTypeError(f"must be a number from 1, is {value}")
    return int(value)


def _warn(cut: int) -> None:
    if cut:
        logging.getLogger(__name__).info(
            "%d %s longer than the model reads and cut at the end", cut, "text was" if cut == 1 else "texts were"
        )
