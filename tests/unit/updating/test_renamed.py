"""Which folder is that of a module whose own is gone."""

from collections.abc import Mapping

import pytest

from fastforge.project.record import Record
from fastforge.updating.renamed import renamed_modules
from fastforge.updating.sides import Side

BARE = {"models.py": b"A = 1\nB = 2\n"}
WITH_GATEWAY = {**BARE, "gateway.py": b"C = 3\nD = 4\n"}
Files = Mapping[str, bytes]


def tree(**folders: Files) -> dict[str, bytes]:
    return {
        f"src/shop/modules/{name}/{file}": text
        for name, files in folders.items()
        for file, text in files.items()
    }


def found(made: Mapping[str, Files], there: Mapping[str, Files]) -> dict[str, str]:
    records = [
        Record("module", name, {}, dict.fromkeys(tree(**{name: files}), ""), "0.1.0")
        for name, files in made.items()
    ]
    job = Record("job", "boxes", {}, {"src/shop/jobs/boxes.py": ""}, "0.1.0")
    return renamed_modules(Side(tree(**made), (*records, job)), tree(**there))


@pytest.mark.parametrize(
    ("made", "there", "expected"),
    [
        ({"boxes": BARE}, {"goods": BARE}, {"boxes": "goods"}),
        ({"boxes": BARE}, {"boxes": BARE, "goods": BARE}, {}),
        ({"boxes": BARE}, {"goods": BARE, "parcels": BARE}, {}),
        ({"boxes": WITH_GATEWAY}, {"goods": BARE}, {}),
        ({"boxes": BARE}, {"goods": {"models.py": b"A = 1\nX = 2\n"}}, {}),
        ({"boxes": BARE, "things": BARE}, {"goods": BARE}, {}),
        (
            {"boxes": BARE, "things": WITH_GATEWAY},
            {"goods": BARE, "parcels": WITH_GATEWAY},
            {"boxes": "goods", "things": "parcels"},
        ),
        (
            {"boxes": BARE, "more": BARE, "things": WITH_GATEWAY},
            {"goods": BARE, "parcels": WITH_GATEWAY},
            {"things": "parcels"},
        ),
    ],
)
def test_a_renamed_module_is_found_where_only_one_folder_can_be_its_own(
    made: Mapping[str, Files], there: Mapping[str, Files], expected: dict[str, str]
) -> None:
    assert found(made, there) == expected
