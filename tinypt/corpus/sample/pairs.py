"""Sentence pairs with entailment and graded similarity, made by changing who does what to what in a scene.

Each change has a cost in points of similarity, from 5 (same meaning) down. Changes that keep the hypothesis true
(synonyms, hypernyms, passive voice, details left out) give entailment; one that does not (negation, another action,
person, thing, number or place, exchanged roles, an added detail, another scene) gives none. Many pairs of either
label carry both kinds of rewording, so that the words shared do not give the label away.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from tinypt.corpus.sample.grammar import NounPhrase, Tense, passive_phrase, verb_phrase
from tinypt.corpus.sample.inflection import Verb
from tinypt.corpus.sample.lexicon import Noun, NounList
from tinypt.corpus.sample.templates import pick
from tinypt.corpus.sample.topic import TOPICS, Scene, Topic


def _groups(table: str) -> list[set[str]]:
    return [set(group.split()) for group in table.split(",")]


# Nouns of one list that mean the same, in both genders; and those of which one may be true of the other.
_SYNONYMS = _groups("""
menino garoto, menina garota, música canção, disco álbum, jogo partida, técnico treinador, técnica treinadora,
aluno estudante, aluna estudante, cliente freguês, cliente freguesa, agricultor lavrador,
agricultora lavradora, prova exame, turista viajante, acidente batida, congestionamento engarrafamento,
motorista condutor, motorista condutora, programa aplicativo, erro falha, vendedor lojista, vendedora lojista,
show concerto, cozinheiro chef, cozinheira chef, chuva temporal, imposto taxa, fazenda sítio
""")
_OVERLAPPING = _groups("""
homem senhor vizinho amigo primo rapaz jovem, mulher senhora vizinha amiga prima moça jovem,
menino garoto criança jovem rapaz, menina garota criança jovem moça, gol golaço,
tempestade chuva temporal enchente, mala mochila bolsa sacola bagagem, remédio comprimido xarope antibiótico,
obra creche ponte escola hospital estrada praça, história lenda fábula conto,
filhote cachorro gato cadela gata coelho, música samba valsa modinha choro balada marchinha,
reunião encontro assembleia sessão, disco vinil álbum, show festival concerto recital,
final decisão semifinal jogo clássico partida amistoso, aluno colega,
agricultor produtor fazendeiro pecuarista, cliente consumidor freguês noivo, motorista taxista caminhoneiro,
foto arquivo documento vídeo planilha mensagem, erro falha defeito travamento
""")


@dataclass(frozen=True, slots=True)
class Pair:
    """A premise and a hypothesis; similarity from 1 to 5 with one decimal."""

    premise: str
    hypothesis: str
    entailment: bool
    similarity: float


@dataclass(frozen=True, slots=True)
class _Event:
    """One scene with everything chosen."""

    scene: Scene
    agents: NounList
    agent: NounPhrase
    group: int
    verb: Verb
    preposition: str
    objects: NounList
    target: NounPhrase
    place: str = ""
    manner: str = ""
    tense: Tense = "progressive"
    negated: bool = False
    passive: bool = False

    def text(self) -> str:
        """The sentence, without a full stop."""
        if self.passive:
            predicate = passive_phrase(self.verb, self.tense, self.target.noun.gender, self.target.plural, self.negated)
            words = [self.target.text(), predicate, self.agent.text("por")]
        else:
            predicate = verb_phrase(self.verb, self.tense, self.agent.plural, self.negated)
            words = [self.agent.text(), predicate, self.target.text(self.preposition)]
        text = " ".join(filter(None, [*words, self.place, self.manner]))
        return text[0].upper() + text[1:]


Change = Callable[[_Event, Random], _Event | None]  # None where it cannot be made


def make_pair(entailment: bool, rng: Random) -> Pair:
    """One pair with the wanted label."""
    while True:
        topic = rng.choice(TOPICS)
        premise = _event(topic, rng)
        changed = _reword(premise, rng, rng.randint(1, 3)) if entailment else _falsify(topic, premise, rng)
        if changed is None:
            continue
        hypothesis, cost = changed
        if hypothesis.text() != premise.text():
            similarity = min(5.0, max(1.0, 5 - cost + rng.gauss(0, 0.15)))
            return Pair(premise.text(), hypothesis.text(), entailment, round(similarity, 1))


def _event(topic: Topic, rng: Random) -> _Event:
    scene = rng.choice(topic.scenes)
    agents, objects = rng.choice(scene.agents), rng.choice(scene.objects)
    group = rng.randrange(len(scene.verbs))
    verb, preposition = pick(scene.verbs[group], rng.random)
    determiners = ("um", "um", "o", "dois", "três") if agents.persons else agents.determiners
    return _Event(
        scene,
        agents,
        _phrase(agents, determiners, 0.25, rng),
        group,
        verb,
        preposition,
        objects,
        _phrase(objects, tuple(name for name in objects.determiners if name != "seu"), 0.35, rng),
        rng.choice(scene.places) if rng.random() < 0.7 else "",
        rng.choice(scene.manners) if rng.random() < 0.35 else "",
        rng.choice(("progressive", "progressive", "past")),
    )


def _phrase(nouns: NounList, determiners: tuple[str, ...], share: float, rng: Random) -> NounPhrase:
    chosen = pick(rng.choice((nouns.masculine, nouns.feminine)), rng.random)
    modifier = rng.choice(nouns.adjectives) if nouns.adjectives and rng.random() < share else None
    return NounPhrase(chosen, pick(determiners, rng.random), modifier)


# changes that keep the hypothesis true


def _synonym(event: _Event, rng: Random) -> _Event | None:
    others = [pair for pair in event.scene.verbs[event.group] if pair[0] is not event.verb]
    if not others:
        return None
    verb, preposition = rng.choice(others)
    return None if event.passive and preposition else replace(event, verb=verb, preposition=preposition)


def _passive(event: _Event, rng: Random) -> _Event | None:
    if event.passive or event.preposition or event.target.determiner in ("-", "--"):
        return None
    return replace(event, passive=True)


def _noun_synonym(event: _Event, rng: Random) -> _Event | None:
    for name, nouns in (("target", event.objects), ("agent", event.agents)):
        phrase: NounPhrase = getattr(event, name)
        for group in _SYNONYMS:
            others = [n for n in _nouns(phrase, nouns) if n.lemma in group and n is not phrase.noun]
            if phrase.noun.lemma in group and others:
                return _with(event, name, replace(phrase, noun=rng.choice(others)))
    return None


def _with(event: _Event, name: str, phrase: NounPhrase) -> _Event:
    return replace(event, target=phrase) if name == "target" else replace(event, agent=phrase)


def _nouns(phrase: NounPhrase, nouns: NounList) -> tuple[Noun, ...]:
    return nouns.feminine if phrase.noun.gender else nouns.masculine


def _general_agent(event: _Event, rng: Random) -> _Event | None:
    return replace(event, agent=_general(event.agent, event.agents)) if event.agents.general else None


def _general_target(event: _Event, rng: Random) -> _Event | None:
    if not event.objects.general or event.target.determiner in ("-", "--"):
        return None
    return replace(event, target=_general(event.target, event.objects))


def _general(phrase: NounPhrase, nouns: NounList) -> NounPhrase:
    word = nouns.general[-1 if phrase.noun.gender else 0]
    return NounPhrase(word, {"o": "um", "os": "alguns"}.get(phrase.determiner, phrase.determiner))


def _less_place(event: _Event, rng: Random) -> _Event | None:
    return replace(event, place="") if event.place else None


def _less_manner(event: _Event, rng: Random) -> _Event | None:
    return replace(event, manner="") if event.manner else None


def _less_adjective(event: _Event, rng: Random) -> _Event | None:
    if event.target.adjective and rng.random() < 0.7:
        return replace(event, target=replace(event.target, adjective=None))
    return replace(event, agent=replace(event.agent, adjective=None)) if event.agent.adjective else None


def _vague_number(event: _Event, rng: Random) -> _Event | None:
    vague = {"dois": "alguns", "três": "alguns", "o": "um"}.get(event.agent.determiner)
    return replace(event, agent=replace(event.agent, determiner=vague)) if vague else None


# change, cost, and what it touches
_TRUE: tuple[tuple[Change, float, str], ...] = (
    (_synonym, 0.2, "verb"),
    (_noun_synonym, 0.2, "noun"),
    (_passive, 0.15, "voice"),
    (_general_agent, 0.45, "agent"),
    (_general_target, 0.5, "target"),
    (_less_place, 0.4, "place"),
    (_less_manner, 0.3, "manner"),
    (_less_adjective, 0.3, "adjective"),
    (_vague_number, 0.15, "number"),
)


def _reword(event: _Event, rng: Random, changes: int, untouched: str = "") -> tuple[_Event, float] | None:
    cost = 0.0
    for change, price, touched in rng.sample(_TRUE, len(_TRUE)):
        changed = change(event, rng) if changes and touched not in untouched.split() else None
        if changed is not None and changed != event:
            event, cost, changes = changed, cost + price, changes - 1
    return (event, cost) if cost else None


# changes that do not


def _negation(event: _Event, rng: Random) -> _Event | None:
    return replace(event, negated=True)


def _other_verb(event: _Event, rng: Random) -> _Event | None:
    groups = [group for group in range(len(event.scene.verbs)) if group != event.group]
    if not groups:
        return None
    group = rng.choice(groups)
    verb, preposition = event.scene.verbs[group][0]
    return replace(event, group=group, verb=verb, preposition=preposition)


def _other_target(event: _Event, rng: Random) -> _Event | None:
    return replace(event, target=_exchanged(event.target, event.objects, rng))


def _other_agent(event: _Event, rng: Random) -> _Event | None:
    return replace(event, agent=_exchanged(event.agent, event.agents, rng))


def _exchanged(phrase: NounPhrase, nouns: NounList, rng: Random) -> NounPhrase:
    alike = {phrase.noun.lemma}.union(*(group for group in (*_SYNONYMS, *_OVERLAPPING) if phrase.noun.lemma in group))
    others = [other for other in nouns.masculine + nouns.feminine if other.lemma not in alike]
    return replace(phrase, noun=rng.choice(others)) if others else phrase


def _exchanged_roles(event: _Event, rng: Random) -> _Event | None:
    alive = event.objects.persons or event.objects.name == "animal"
    if not alive or event.passive or event.agent.noun.lemma == event.target.noun.lemma:
        return None
    return replace(event, agent=event.target, target=event.agent, agents=event.objects, objects=event.agents)


def _other_number(event: _Event, rng: Random) -> _Event | None:
    for name in ("agent", "target"):
        phrase: NounPhrase = getattr(event, name)
        other = {"dois": "três", "três": "quatro"}.get(phrase.determiner)
        if other:
            return _with(event, name, replace(phrase, determiner=other))
    return None


def _other_adjective(event: _Event, rng: Random) -> _Event | None:
    others = [forms for forms in event.objects.adjectives if forms != event.target.adjective]
    if not others:
        return None
    return replace(event, target=replace(event.target, adjective=rng.choice(others)))


def _other_place(event: _Event, rng: Random) -> _Event | None:
    return replace(event, place=rng.choice([place for place in event.scene.places if place != event.place]))


# change, cost, and what no further change may touch, lest the hypothesis become true again
_FALSE: tuple[tuple[Change, float, str], ...] = (
    (_negation, 1.3, ""),
    (_negation, 1.3, ""),
    (_other_verb, 1.6, ""),
    (_other_verb, 1.6, ""),
    (_other_target, 1.7, "target"),
    (_other_agent, 1.5, "agent"),
    (_exchanged_roles, 1.2, ""),
    (_other_number, 0.9, "number"),
    (_other_adjective, 0.9, "adjective target"),
    (_other_place, 1.0, "place"),
)


def _falsify(topic: Topic, premise: _Event, rng: Random) -> tuple[_Event, float] | None:
    u = rng.random()
    if u < 0.12:
        return _event(rng.choice([other for other in TOPICS if other is not topic]), rng), 4.0
    if u < 0.27:
        other = _event(topic, rng)
        return (other, 3.0) if other.scene is not premise.scene else None
    change, cost, untouched = rng.choice(_FALSE)
    changed = change(premise, rng)
    if changed is None or changed == premise:
        return None
    if u < 0.5:
        return changed, cost
    reworded = _reword(changed, rng, rng.randint(1, 2), untouched)
    return None if reworded is None else (reworded[0], cost + reworded[1])
