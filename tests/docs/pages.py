"""The pages that people read: README and the guides in docs/, with their code blocks and links."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.conftest import REPOSITORY

README, CHINESE = REPOSITORY / "README.md", REPOSITORY / "README.zh-CN.md"
GUIDES = sorted(set((REPOSITORY / "docs").glob("*.md")) - {REPOSITORY / "docs" / "proof.md"})
PAGES = [README, CHINESE, *GUIDES]


@dataclass(frozen=True)
class Block:
    """A fenced block of code.

    `sh` is run by a test, in the order of the page; a comment below a command is what it prints.
    `python` that begins with `# PATH` is written to that file first. `console` is shown only.
    """

    language: str
    text: str


def blocks(page: Path) -> list[Block]:
    """Give the code blocks of a page in order."""
    return [Block(t.info, t.content) for t in _tokens(page) if t.type == "fence"]


def inline_code(page: Path) -> list[str]:
    """Give what stands between single backticks."""
    return [token.content for token in _inline(page) if token.type == "code_inline"]


def links(page: Path) -> list[str]:
    """Give where a page leads, as it is written."""
    hrefs = [token.attrGet("href") for token in _inline(page) if token.type == "link_open"]
    return [str(href) for href in hrefs]


def anchors(page: Path) -> set[str]:
    """Give the names that GitHub gives to the headings of a page."""
    tokens = _tokens(page)
    inside = [tokens[i + 1] for i, token in enumerate(tokens) if token.type == "heading_open"]
    headings = ["".join(t.content for t in heading.children or ()) for heading in inside]
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}


def _inline(page: Path) -> Iterator[Token]:
    for token in _tokens(page):
        yield from token.children or ()


def _tokens(page: Path) -> list[Token]:
    return MarkdownIt().enable("table").parse(page.read_text(encoding="utf-8"))
