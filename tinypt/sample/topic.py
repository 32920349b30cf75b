"""Topics read from their tables: noun lists, scenes and compiled sentences."""

import re
from dataclasses import dataclass

from tinypt.sample.inflection import Verb, conjugate
from tinypt.sample.lexicon import Noun, NounList
from tinypt.sample.story import Story, slot_reader
from tinypt.sample.templates import Render, compile_template
from tinypt.sample.topics import community, home, leisure, work
from tinypt.sample.vocabulary import COMMON, GENERAL, read_lists

Template = tuple[Render[Story], ...]  # one sentence, or a cause and its effect

# The first letter of a sentence, in each of its alternatives; a connective may precede it.
_START = re.compile(r"^(\([^)]*\)|\w)")


@dataclass(frozen=True, eq=False, slots=True)
class Scene:
    """Who does what to what, where and how: `agents : verbs : objects : places : manners` in a topic's table.

    Verbs are written `levar/carregar, perder`: groups of synonyms. A verb may include its preposition (`assistir_a`).
    """

    agents: tuple[NounList, ...]
    verbs: tuple[tuple[tuple[Verb, str], ...], ...]
    objects: tuple[NounList, ...]
    places: tuple[str, ...]
    manners: tuple[str, ...]
    roles: frozenset[Noun]  # all agents
    anybody: bool  # whether any person can be the agent


@dataclass(frozen=True, eq=False, slots=True)
class Topic:
    """The material for documents of one topic. `sections` are title, open, body, good, bad and fact."""

    name: str
    lists: dict[str, NounList]
    heroes: list[str]
    others: list[str]
    scenes: tuple[Scene, ...]
    sections: dict[str, tuple[Template, ...]]


def read_topic(name: str, table: str) -> Topic:
    """Parse a topic from its table."""
    head, *parts = table.strip().replace("\n    ", " ").split("\n[")
    people, lines = head.split("\n\n", 1)
    heroes, others = (line.partition(":")[2].split() for line in people.split("\n"))
    lists = dict(GENERAL) | read_lists(lines)
    sections: dict[str, tuple[Template, ...]] = {}
    scenes: tuple[Scene, ...] = ()
    for part in parts:
        section, *rows = [line for line in part.split("\n") if line]
        if section == "scenes]":
            scenes = tuple(_scene(row, lists) for row in rows)
        else:
            sections[section[:-1]] = tuple(_template(row, lists) for row in rows)
    return Topic(name, lists, heroes, others, scenes, sections)


def _common_sections() -> dict[str, tuple[Template, ...]]:
    parts = COMMON.strip()[1:].replace("\n    ", " ").split("\n[")
    rows = [[line for line in part.split("\n") if line] for part in parts]
    return {section[:-1]: tuple(_template(row, dict(GENERAL)) for row in rest) for section, *rest in rows}


def _template(line: str, lists: dict[str, NounList]) -> Template:
    read = slot_reader(lists)
    return tuple(
        compile_template(_START.sub(lambda match: match[0].lower(), part), read) for part in line.split(" => ")
    )


def _scene(line: str, lists: dict[str, NounList]) -> Scene:
    agents, verbs, objects, places, manners = line.split(" : ")
    return Scene(
        tuple(lists[name] for name in agents.split()),
        tuple(tuple(_verb(verb) for verb in group.split("/")) for group in verbs.split(", ")),
        tuple(lists[name] for name in objects.split()),
        tuple(places.split("|")),
        tuple(manners.split("|")),
        frozenset(noun for name in agents.split() for noun in lists[name].masculine + lists[name].feminine),
        "people" in agents.split(),
    )


def _verb(word: str) -> tuple[Verb, str]:
    infinitive, _, preposition = word.partition("_")
    return conjugate(infinitive), preposition


COMMON_SECTIONS = _common_sections()  # body, good and bad: sentences that fit any topic
TOPICS = tuple(
    read_topic(name, table)
    for name, table in (
        ("esportes", leisure.FOOTBALL),
        ("receitas", home.COOKING),
        ("educacao", community.SCHOOL),
        ("saude", community.HEALTH),
        ("campo", work.FARM),
        ("cidade", community.TRAFFIC),
        ("politica", community.POLITICS),
        ("musica", leisure.MUSIC),
        ("tempo", home.WEATHER),
        ("tecnologia", work.COMPUTERS),
        ("viagem", leisure.TRAVEL),
        ("animais", home.PETS),
        ("economia", work.COMMERCE),
    )
)
