"""Spanish-like prose for the `foreign` noise: a foreign language close to Portuguese."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tinypt.sample.grammar import sentence
from tinypt.sample.templates import Render, compile_template, pick

_WORDS = {
    name: words.split(", ")
    for name, words in (
        line.split(": ")
        for line in """
name: Juan, María, José, Carmen, Luis, Ana, Miguel, Lucía, Pablo, Isabel, Diego, Elena
city: Madrid, Sevilla, Bogotá, Lima, Valencia, Quito, Montevideo, Córdoba, Santiago, Granada
person: el vecino, la maestra, el médico, la abogada, el panadero, la cantante, el jugador, la alcaldesa, mi hermano
thing: la casa, el libro, la mesa, el coche, la ventana, el perro, la pelota, el reloj, la guitarra, el pan
place: la plaza, el mercado, la escuela, el río, la iglesia, el jardín, la calle, el puerto, la estación
day: el lunes, el martes, el jueves, el viernes, el sábado, el domingo
month: enero, marzo, abril, mayo, julio, septiembre, octubre, diciembre
number: dos, tres, cuatro, cinco, siete, ocho, diez, veinte
verb: compró, vendió, encontró, perdió, limpió, pintó, llevó, buscó, rompió, arregló
""".strip().split("\n")
    )
}

_SENTENCES = """
{person} {verb} {thing} cerca de {place} {day} por la mañana.
{name} y {name} viven en {city} desde hace {number} años con su familia.
cuando llegó a {place}, {person} ya no estaba y {thing} tampoco.
en {month} hizo mucho calor, pero {person} {verb} {thing} de todos modos.
"no sé qué decir", dijo {name}, que (siempre|nunca|a veces) llega tarde a {place}.
hay más de {number} personas que quieren ver {thing} de {name}.
según {person}, lo mejor es esperar hasta {day} y hablar con {name}.
después de la lluvia, las calles de {city} estaban llenas de gente y de agua.
los niños salieron de la escuela y jugaron en {place} hasta la noche.
{thing} que {verb} {person} es muy (grande|importante|especial|diferente), pero todavía sirve.
el ayuntamiento de {city} abrió las puertas {day} y muchos vecinos fueron a mirar.
{name} no pudo dormir porque el viento movía los árboles y las ventanas.
desde entonces, {person} trabaja en {city} y vuelve a casa en {month}.
también {verb} {thing}, aunque nadie se lo había pedido.
ella le dijo que sí y los dos se fueron juntos a {place}.
con el dinero que ganó, {person} {verb} {number} cosas para su hija.
"""


@dataclass(slots=True)
class _Page:
    random: Callable[[], float]


def _slot(name: str) -> Render[_Page]:
    return lambda page: pick(_WORDS[name], page.random)


_TEMPLATES = [compile_template(line, _slot) for line in _SENTENCES.strip().split("\n")]


def spanish_document(rng: Random) -> str:
    """A text of about 70 to 160 words in 2 to 4 paragraphs, joined by newlines."""
    page = _Page(rng.random)
    sentences = [sentence(render(page)) for render in rng.sample(_TEMPLATES, rng.randint(6, 12))]
    joined = [" ".join(sentences[start : start + 3]) for start in range(0, len(sentences), 3)]
    return "\n".join(joined).replace(" de el ", " del ").replace(" a el ", " al ")
