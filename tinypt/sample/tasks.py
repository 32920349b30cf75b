"""Task files for the sample, in the official formats of ASSIN 2 and TweetSentBR."""

import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import TypeVar

from tinypt.files import atomic_path
from tinypt.sample.pairs import Pair, make_pair
from tinypt.sample.tweets import Tweet, make_tweet

T = TypeVar("T")

_TRAIN, _TEST = 400, 200  # pairs, and tweets
_UNDECIDED = 5  # tweets without agreement among annotators: five fields in the index, no text
_FIRST_ID = 861282777001537536  # too large for a float to hold exactly, like real ids


def write_sample_tasks(folder: Path, seed: int) -> None:
    """Write assin2-train-only.xml, assin2-test.xml, tweetSentimentBR.txt and tweetsentbr_text.tsv into `folder`.

    Half of the pairs in each file are entailments. No sentence occurs in two pairs, and no tweet twice.
    """
    pairs = _distinct(
        lambda index, rng: make_pair(index % 2 == 0, rng),
        lambda pair: {pair.premise, pair.hypothesis},
        _TRAIN + _TEST,
        f"{seed}/pairs",
    )
    _write_pairs(folder / "assin2-train-only.xml", pairs[:_TRAIN], first_id=1)
    _write_pairs(folder / "assin2-test.xml", pairs[_TRAIN:], first_id=0)  # official ids also repeat across files
    tweets = _distinct(lambda _, rng: make_tweet(rng), lambda tweet: {tweet.text}, _TRAIN + _TEST, f"{seed}/tweets")
    _write_tweets(folder, tweets, Random(f"{seed}/votes"))


def _distinct(make: Callable[[int, Random], T], texts: Callable[[T], set[str]], count: int, seed: str) -> list[T]:
    """`count` items, each made with its index. No two share a text."""
    made: list[T] = []
    seen: set[str] = set()
    attempt = 0
    while len(made) < count:
        item = make(len(made), Random(f"{seed}/{attempt}"))
        attempt += 1
        if seen.isdisjoint(texts(item)):
            seen |= texts(item)
            made.append(item)
    return made


def _write_pairs(path: Path, pairs: list[Pair], first_id: int) -> None:
    root = ET.Element("entailment-corpus")
    for number, pair in enumerate(pairs, first_id):
        label = "Entailment" if pair.entailment else "None"
        element = ET.SubElement(root, "pair", entailment=label, id=str(number), similarity=f"{pair.similarity:g}")
        ET.SubElement(element, "t").text = pair.premise
        ET.SubElement(element, "h").text = pair.hypothesis
    ET.indent(root)
    with atomic_path(path) as temporary:
        ET.ElementTree(root).write(temporary, encoding="utf-8", xml_declaration=True)


def _write_tweets(folder: Path, tweets: list[Tweet], rng: Random) -> None:
    index, texts = [], ["id\thashtag\thard\tsentiment\tgroup\ttext"]
    for position, tweet in enumerate(tweets):
        number = str(_FIRST_ID + position * 104_729)
        group = "train" if position < _TRAIN else "test"
        votes, hard = _votes(tweet.sentiment, rng)
        index.append(f"{number}\t{tweet.hashtag}\t{votes}\t{hard}\t{tweet.sentiment}\t{group}")
        texts.append(f"{number}\t{tweet.hashtag}\t{hard}\t{tweet.sentiment}\t{group}\t{tweet.text}")
    for position in range(_UNDECIDED):
        number = str(_FIRST_ID + (len(tweets) + position) * 104_729)
        index.insert(position * 100, f"{number}\t#geral\t[0,-1,1,-1,0,0,-1]\t{position % 5}\t-")
    for name, lines in (("tweetSentimentBR.txt", index), ("tweetsentbr_text.tsv", texts)):
        with atomic_path(folder / name) as temporary:
            temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _votes(sentiment: int, rng: Random) -> tuple[str, int]:
    """The annotators' votes, and the number of annotators that found the tweet hard."""
    if rng.random() < 0.85:
        return f"[{sentiment}]", int(rng.random() < 0.07)
    votes = [sentiment] * 7
    for position in rng.sample(range(7), rng.randint(0, 3)):
        votes[position] = rng.choice((-1, 0, 1))
    return "[" + ",".join(map(str, votes)) + "]", rng.randint(0, 2)
