"""The Chinese README says the same as the English one: same code, same pages to read on."""

from tests.docs.pages import CHINESE, README, blocks, links


def test_both_have_the_same_blocks_of_code_in_the_same_order() -> None:
    assert blocks(CHINESE) == blocks(README)
    assert any("fastforge new shop --yes" in block.text for block in blocks(README))


def test_each_leads_to_the_other_and_both_to_the_same_pages() -> None:
    assert links(README)[0] == CHINESE.name
    assert links(CHINESE)[0] == README.name
    assert links(CHINESE)[1:] == links(README)[1:]


def test_both_have_as_many_headings_and_rows() -> None:
    def outline(text: str) -> list[str]:
        begin = [line.split(" ")[0] for line in text.splitlines()]
        return [first for first in begin if first in {"#", "##", "###", "|", "-"}]

    assert outline(CHINESE.read_text(encoding="utf-8")) == outline(
        README.read_text(encoding="utf-8")
    )
