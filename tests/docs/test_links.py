"""A link on a page leads to something that is there."""

from pathlib import Path

import pytest

from tests.docs.pages import CHINESE, GUIDES, PAGES, README, anchors, links


def broken(page: Path) -> list[str]:
    return [link for link in links(page) if "://" not in link and not _leads_on(page, link)]


def _leads_on(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    return target.exists() and (not anchor or anchor in anchors(target))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file_and_a_heading_that_exist(page: Path) -> None:
    assert broken(page) == []


@pytest.mark.parametrize("start", [README, CHINESE], ids=lambda page: page.name)
def test_every_guide_can_be_found_from_the_start(start: Path) -> None:
    linked = {(start.parent / link.partition("#")[0]).resolve() for link in links(start)}

    assert set(GUIDES) <= linked
    assert len(GUIDES) >= 5


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One, two\n[a](#one-two) [b](#three) [c](none.md) [d](page.md#one-two)\n")

    assert broken(page) == ["#three", "none.md"]
