"""Short posts with a sentiment, about the topics of the corpus.

Positive and negative words occur in every class: negated, contrasted, or in questions. The class depends on how they
are combined, not on a single word. Many are rare, so that a model that has seen them in the corpus has an advantage.
"""

from dataclasses import dataclass
from random import Random

from tinypt.sample.story import Story, new_story, slot_reader
from tinypt.sample.templates import Render, compile_template
from tinypt.sample.topic import TOPICS, Topic
from tinypt.sample.vocabulary import BAD, GOOD

SENTIMENTS = (1, -1, 0)
_SHARES = (44, 29, 27)  # of the classes, in percent, close to TweetSentBR's
_TARGETS = {  # subjects of posts, by topic
    "esportes": "match team coach",
    "receitas": "dish kitchen",
    "educacao": "exam book project",
    "saude": "hospital remedy",
    "campo": "machine crop",
    "cidade": "road vehicle",
    "politica": "bill work politician",
    "musica": "concert song band album",
    "tempo": "clothes",
    "tecnologia": "software device site",
    "viagem": "place lodging tour",
    "animais": "feed gear",
    "economia": "shop good",
}
# SAME is a word of the post's sentiment, OTHER one of the opposite sentiment: both sentiments share the frames.
_POLAR = """
(gente, |)que {- THING} (mais|tão) SAME(!|!!!|)
{o THING} (foi|estava|ficou|tá) (muito |tão |)SAME
nunca vi {um THING} tão SAME (na vida|em {city}|)
achei que {o THING} ia ser OTHER, mas (foi|ficou|achei) SAME
disseram que {o THING} era OTHER, mas (eu achei|pra mim foi) SAME
não achei {o THING} OTHER (não|como dizem), (achei até|foi bem) SAME
{o THING} não (é|foi|tá) OTHER (não|de jeito nenhum|coisa nenhuma)
{o THING} não (é|foi|tá) OTHER (não|de jeito nenhum|coisa nenhuma)
(podem falar o que quiserem|falem o que for), {o THING} (é|tá) SAME sim
{o THING} era OTHER, (agora|hoje) (tá|ficou) SAME
{o THING} era SAME, (mas nunca|e nem por um dia) ficou OTHER
ninguém (me convence|vai me dizer) que {o THING} (é|foi) OTHER
(pode até parecer|à primeira vista é) OTHER, mas {o THING} é SAME
"""
_NEUTRAL = """
será que {o THING} (é|foi|vai ser) SAME(?| mesmo?| de verdade?)
uns dizem que {o THING} é SAME, outros que é OTHER
ainda não sei se {o THING} (é|foi) SAME ou OTHER
não achei {o THING} nem SAME nem OTHER
disseram que {o THING} (é|era) SAME, (vou ver|ainda não vi|amanhã eu vejo)
achei que {o THING} ia ser SAME, mas foi (normal|mais ou menos|igual)
quem (achou|acha) {o THING} SAME(?| aí?)
{o THING} já foi SAME, já foi OTHER, hoje é normal
(alguém sabe|quem sabe) (se|quando|por que) {o THING} (muda|mudou|vai mudar) (em {city}|{no weekday}|)?
{o THING} (aparece|vai estar) na televisão {no weekday} às {hour}
(vou ver|tô vendo|estou esperando) {o THING} (com {o kin}|em {city}|{no weekday})
"""
_ENDS = ("", "", "", "", " kkkk", " rs", " :)", " :(", " #partiu", " hahaha", " aff", " né", " #{topic}", " #{topic}")


@dataclass(frozen=True, slots=True)
class Tweet:
    """A post: its text, the tag of its topic, and its sentiment: -1, 0 or 1."""

    text: str
    hashtag: str
    sentiment: int


def make_tweet(rng: Random) -> Tweet:
    """One post."""
    topic = rng.choice(TOPICS)
    sentiment = rng.choices(SENTIMENTS, _SHARES)[0]
    story = new_story(rng.random, topic.lists, topic.heroes, topic.others)
    text = rng.choice(_TEMPLATES[topic.name, sentiment])(story).strip()
    # the ending is mostly neutral, and sometimes contradicts the sentiment
    end = rng.choice(_ENDS).replace("{topic}", topic.name)
    if text[-1] in "?!" or rng.random() < 0.5:
        end = ""
    text = " ".join((text + end).split())
    return Tweet(text[0].upper() + text[1:] if rng.random() < 0.4 else text, f"#{topic.name}", sentiment)


def _compile(topic: Topic, sentiment: int) -> list[Render[Story]]:
    read = slot_reader(dict(topic.lists))
    # a neutral frame asks or doubts, with words of either sentiment
    words = {1: [(GOOD, BAD)], -1: [(BAD, GOOD)], 0: [(GOOD, BAD), (BAD, GOOD)]}[sentiment]
    return [
        compile_template(line.replace("THING", target).replace("SAME", same).replace("OTHER", other), read)
        for line in (_POLAR if sentiment else _NEUTRAL).strip().split("\n")
        for target in _TARGETS[topic.name].split()
        for same, other in words
    ]


_TEMPLATES = {(topic.name, sentiment): _compile(topic, sentiment) for topic in TOPICS for sentiment in SENTIMENTS}
