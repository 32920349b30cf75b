"""Writes the report: as Markdown with chart files, and as one self-contained HTML file."""

import html
import re
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tinypt.files import atomic_path
from tinypt.reporting.charts.drawing import palette
from tinypt.reporting.page import Page

HERE = Path(__file__).parent
# The page loads nothing from outside its own file.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'"
LONG = 60  # longer cells may wrap


def write_markdown(page: Page, folder: Path) -> None:
    """Write folder/README.md and its charts as folder/<name>.svg."""
    for chart in page.charts:
        with atomic_path(folder / f"{chart.name}.svg") as temporary:
            temporary.write_text(chart.standalone(), encoding="utf-8")
    with atomic_path(folder / "README.md") as temporary:
        temporary.write_text(page.markdown, encoding="utf-8")


def write_html(page: Page, folder: Path) -> None:
    """Write folder/index.html."""
    with atomic_path(folder / "index.html") as temporary:
        temporary.write_text(render(page), encoding="utf-8")


def render(page: Page) -> str:
    """The page as HTML, with inline charts, links to its sections, sortable tables, and a light and a dark scheme."""
    charts = {f"{chart.name}.svg": chart.svg for chart in page.charts}
    markdown = MarkdownIt("commonmark", {"html": True}).enable("table")
    tokens = markdown.parse(page.markdown)
    sections = _prepare(tokens, page.notice)
    markdown.add_render_rule("image", lambda self, items, place, *_: charts[str(items[place].attrs["src"])])
    markdown.add_render_rule("table_open", lambda *_: '<div class="table" role="region" tabindex="0"><table>\n')
    markdown.add_render_rule("table_close", lambda *_: "</table></div>\n")
    body = markdown.renderer.render(tokens, markdown.options, {})
    title, _, rest = body.partition("</h1>")
    links = "".join(f'<a href="#{slug}">{html.escape(name)}</a>' for slug, name in sections)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<title>bert-tiny-pt: results</title>
<style>
{palette()}
{(HERE / "page.css").read_text(encoding="utf-8")}</style>
</head>
<body>
<header>{title}</h1></header>
<nav aria-label="Sections">{links}</nav>
<main>{rest}</main>
<script>
{(HERE / "page.js").read_text(encoding="utf-8")}</script>
</body>
</html>
"""


def _prepare(tokens: list[Token], notice: str) -> list[tuple[str, str]]:
    """Add ids and classes, which Markdown lacks, to the tokens; returns (id, title) of the sections."""
    sections = []
    for token, inside in pairwise(tokens):
        if token.type == "heading_open":
            slug = re.sub(r"[^a-z0-9]+", "-", inside.content.lower()).strip("-")
            token.attrSet("id", slug)
            if token.tag == "h2":
                sections.append((slug, "".join(child.content for child in inside.children or [])))
        elif token.type == "paragraph_open":
            kinds = {child.type for child in inside.children or []}
            if "image" in kinds:
                token.attrSet("class", "charts")
            elif re.fullmatch(r"\*[^*].*\*", inside.content, re.DOTALL):
                token.attrSet("class", "caption")
            elif inside.content == notice:
                token.attrSet("class", "notice")
        elif token.type == "td_open" and len(inside.content) > LONG:
            token.attrSet("class", "long")
    return sections
