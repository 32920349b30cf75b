"""Changes to an event, with their costs in similarity: changes that keep it true, and changes that do not."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from tinypt.sample.events import Event
from tinypt.sample.grammar import NounPhrase
from tinypt.sample.lexicon import Noun, NounList


def _groups(table: str) -> list[set[str]]:
    return [set(group.split()) for group in table.split(",")]


# Nouns of one list that mean the same, in both genders; and groups in which two may both apply.
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

Change = Callable[[Event, Random], Event | None]  # None if it is not possible


# changes that keep the hypothesis true


def _synonym(event: Event, rng: Random) -> Event | None:
    others = [pair for pair in event.scene.verbs[event.group] if pair[0] is not event.verb]
    if not others:
        return None
    verb, preposition = rng.choice(others)
    return None if event.passive and preposition else replace(event, verb=verb, preposition=preposition)


def _passive(event: Event, rng: Random) -> Event | None:
    if event.passive or event.preposition or event.target.determiner in ("-", "--"):
        return None
    return replace(event, passive=True)


def _noun_synonym(event: Event, rng: Random) -> Event | None:
    for name, nouns in (("target", event.objects), ("agent", event.agents)):
        phrase: NounPhrase = getattr(event, name)
        for group in _SYNONYMS:
            others = [n for n in _nouns(phrase, nouns) if n.lemma in group and n is not phrase.noun]
            if phrase.noun.lemma in group and others:
                return _with(event, name, replace(phrase, noun=rng.choice(others)))
    return None


def _with(event: Event, name: str, phrase: NounPhrase) -> Event:
    return replace(event, target=phrase) if name == "target" else replace(event, agent=phrase)


def _nouns(phrase: NounPhrase, nouns: NounList) -> tuple[Noun, ...]:
    return nouns.feminine if phrase.noun.gender else nouns.masculine


def _general_agent(event: Event, rng: Random) -> Event | None:
    return replace(event, agent=_general(event.agent, event.agents)) if event.agents.general else None


def _general_target(event: Event, rng: Random) -> Event | None:
    if not event.objects.general or event.target.determiner in ("-", "--"):
        return None
    return replace(event, target=_general(event.target, event.objects))


def _general(phrase: NounPhrase, nouns: NounList) -> NounPhrase:
    word = nouns.general[-1 if phrase.noun.gender else 0]
    return NounPhrase(word, {"o": "um", "os": "alguns"}.get(phrase.determiner, phrase.determiner))


def _less_place(event: Event, rng: Random) -> Event | None:
    return replace(event, place="") if event.place else None


def _less_manner(event: Event, rng: Random) -> Event | None:
    return replace(event, manner="") if event.manner else None


def _less_adjective(event: Event, rng: Random) -> Event | None:
    if event.target.adjective and rng.random() < 0.7:
        return replace(event, target=replace(event.target, adjective=None))
    return replace(event, agent=replace(event.agent, adjective=None)) if event.agent.adjective else None


def _vague_number(event: Event, rng: Random) -> Event | None:
    vague = {"dois": "alguns", "três": "alguns", "o": "um"}.get(event.agent.determiner)
    return replace(event, agent=replace(event.agent, determiner=vague)) if vague else None


# change, cost, and the parts it changes
TRUE: tuple[tuple[Change, float, str], ...] = (
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


def reword(event: Event, rng: Random, changes: int, untouched: str = "") -> tuple[Event, float] | None:
    """Make up to `changes` changes that keep the event true. Returns it with their cost; None if none is possible."""
    cost = 0.0
    for change, price, touched in rng.sample(TRUE, len(TRUE)):
        changed = change(event, rng) if changes and touched not in untouched.split() else None
        if changed is not None and changed != event:
            event, cost, changes = changed, cost + price, changes - 1
    return (event, cost) if cost else None


# changes that make it false


def _negation(event: Event, rng: Random) -> Event | None:
    return replace(event, negated=True)


def _other_verb(event: Event, rng: Random) -> Event | None:
    groups = [group for group in range(len(event.scene.verbs)) if group != event.group]
    if not groups:
        return None
    group = rng.choice(groups)
    verb, preposition = event.scene.verbs[group][0]
    return replace(event, group=group, verb=verb, preposition=preposition)


def _other_target(event: Event, rng: Random) -> Event | None:
    return replace(event, target=_exchanged(event.target, event.objects, rng))


def _other_agent(event: Event, rng: Random) -> Event | None:
    return replace(event, agent=_exchanged(event.agent, event.agents, rng))


def _exchanged(phrase: NounPhrase, nouns: NounList, rng: Random) -> NounPhrase:
    alike = {phrase.noun.lemma}.union(*(group for group in (*_SYNONYMS, *_OVERLAPPING) if phrase.noun.lemma in group))
    others = [other for other in nouns.masculine + nouns.feminine if other.lemma not in alike]
    return replace(phrase, noun=rng.choice(others)) if others else phrase


def _exchanged_roles(event: Event, rng: Random) -> Event | None:
    alive = event.objects.persons or event.objects.name == "animal"
    if not alive or event.passive or event.agent.noun.lemma == event.target.noun.lemma:
        return None
    return replace(event, agent=event.target, target=event.agent, agents=event.objects, objects=event.agents)


def _other_number(event: Event, rng: Random) -> Event | None:
    for name in ("agent", "target"):
        phrase: NounPhrase = getattr(event, name)
        other = {"dois": "três", "três": "quatro"}.get(phrase.determiner)
        if other:
            return _with(event, name, replace(phrase, determiner=other))
    return None


def _other_adjective(event: Event, rng: Random) -> Event | None:
    others = [forms for forms in event.objects.adjectives if forms != event.target.adjective]
    if not others:
        return None
    return replace(event, target=replace(event.target, adjective=rng.choice(others)))


def _other_place(event: Event, rng: Random) -> Event | None:
    return replace(event, place=rng.choice([place for place in event.scene.places if place != event.place]))


# change, cost, and the parts no later change may use, since it could make the hypothesis true again
FALSE: tuple[tuple[Change, float, str], ...] = (
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
