"""What the user's own files import from places that an update empties is told, and where it is."""

from fastforge.updating.imports import lost_imports

OLD = {
    "src/shop/scheduling/__init__.py": b"from .job import Job\n",
    "src/shop/scheduling/job.py": b"class Job:\n    pass\n",
    "src/shop/discovery.py": b"def find_work():\n    pass\n",
    "src/shop/dropped.py": b"USED = 1\n",
}
NEW = {
    "src/shop/background/scheduling/__init__.py": b"class Job:\n    pass\n",
    "src/shop/main.py": b"from .process.discovery import find_work\n",
    "src/shop/background/__init__.py": b"from .scheduling import Job\n",
    "src/shop/process/discovery.py": b"def find_work():\n    pass\n",
}
MINE = "src/shop/jobs/mine.py"


def told(source: str, path: str = MINE, *, more: str = "") -> list[str]:
    own = {path: source.encode()}
    after = {**NEW, **own, **({"src/shop/dropped.py": more.encode()} if more else {})}
    return list(lost_imports({**OLD, **own}, after, NEW, "shop"))


def test_a_name_that_moved_is_told_with_its_new_place() -> None:
    assert told("from ..scheduling import Job\n") == [
        f"{MINE}: import Job from shop.background, as it seems, no longer from shop.scheduling."
    ]


def test_who_only_imports_a_name_is_no_place_for_it() -> None:
    path = "tests/test_mine.py"

    (said,) = told("from shop.discovery import find_work\n", path)
    assert said.startswith(f"{path}: import find_work from shop.process.discovery, as it seems,")


def test_a_module_that_is_imported_whole_counts_too() -> None:
    assert told("from .. import scheduling\nfrom ..scheduling import job\n") == [
        f"{MINE}: import scheduling from shop.background, as it seems, no longer from shop.",
        f"{MINE} imports job from shop.scheduling, which the new version does not have.",
    ]


def test_every_form_of_an_import_is_seen() -> None:
    expected = [
        f"{MINE}: import scheduling from shop.background, as it seems, no longer from shop."
    ]
    for text in ("import shop.scheduling\n", "import shop.scheduling as s\n"):
        assert told(text) == expected
    assert told("from ..scheduling import *\n") == expected


def test_what_is_nowhere_is_told_too() -> None:
    assert told("from ..dropped import USED\n") == [
        f"{MINE} imports USED from shop.dropped, which the new version does not have."
    ]


def test_nothing_is_told_of_what_is_there_or_never_was() -> None:
    assert told("from ..background import Job\nfrom ..never import X\nimport os\n") == []


def test_nothing_is_told_of_files_that_the_version_makes_or_that_are_no_python() -> None:
    assert list(lost_imports(OLD, NEW, NEW, "shop")) == []
    assert told("<<<<<<< yours\nfrom ..scheduling import Job\n") == []
    assert told("from ..dropped import USED\n", more="<<<<<<< yours\n") == []
