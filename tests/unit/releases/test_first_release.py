"""0.1.0, packed: it makes today what it made then, byte for byte."""

from dataclasses import replace
from pathlib import Path

import pytest

from fastforge.errors import UsageError
from fastforge.releases.releases import rendered
from fastforge.releases.request import Request, Wanted
from tests.old_project import unpack_old_project
from tests.unit.releases.trees import (
    HOSTILE,
    assert_made_as_recorded,
    records_of,
    request_of,
    whole,
)

FIRST = "0.1.0"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return unpack_old_project(tmp_path)


def test_it_makes_a_project_of_then_with_all_its_parts(old: Path) -> None:
    assert_made_as_recorded(rendered(FIRST, request_of(old)), old)


def test_parts_are_made_alone_around_which_the_project_may_be_a_newer_one(old: Path) -> None:
    request = request_of(old, around=old, project={"name": "shop", "engine": "celery"})
    response = rendered(FIRST, request)
    parts = {path for record in records_of(old) for path in record.digests}

    assert response.project is None
    assert whole(response) == {path: (old / path).read_bytes() for path in parts}


def test_the_package_is_called_as_it_is_now(old: Path) -> None:
    response = rendered(FIRST, replace(request_of(old), package="store"))

    assert not [path for path in whole(response) if path.startswith("src/shop/")]
    assert b'module-name = "store"' in whole(response)["pyproject.toml"]
    assert b"from store.jobs.tidy_up import" in whole(response)["tests/jobs/test_tidy_up.py"]


def test_templates_of_the_project_take_the_place_of_its_own(old: Path, tmp_path: Path) -> None:
    own = tmp_path / "templates" / "job" / "template"
    own.mkdir(parents=True)
    (own / "{{ name }}.txt.jinja").write_text("{{ package }}: {{ description }}\n")
    response = rendered(FIRST, request_of(old, overrides=tmp_path / "templates"))

    assert response.parts[0].tree == {"tidy_up.txt": b"shop: Tidy up.\n"}


@pytest.mark.parametrize(("kind", "changes", "said"), HOSTILE)
def test_answers_of_a_stranger_are_refused(
    old: Path, kind: str, changes: dict[str, object], said: str
) -> None:
    record = next(one for one in records_of(old) if one.kind == kind)
    wanted = Wanted(kind, record.name, {**record.answers, **changes})

    with pytest.raises(UsageError, match=said):
        rendered(FIRST, Request("shop", {}, (wanted,), around=old))


@pytest.mark.parametrize("kind", ["job", "task", "module", "page"])
def test_a_name_that_is_none_is_refused(old: Path, kind: str) -> None:
    wanted = Wanted(kind, "../x", {**records_of(old)[0].answers, "name": "../x"})

    with pytest.raises(UsageError):
        rendered(FIRST, Request("shop", {}, (wanted,), around=old))


@pytest.mark.parametrize(
    "changes", [{"name": "../x"}, {"metrics": "yes"}, {"colour": "red"}, {"database": "oracle"}]
)
def test_answers_of_a_project_are_refused_by_the_sentences_of_then(
    old: Path, changes: dict[str, object]
) -> None:
    with pytest.raises(UsageError, match=str(next(iter(changes)))):
        rendered(FIRST, Request("shop", {**request_of(old).project, **changes}))


def test_a_package_that_is_no_name_is_refused(old: Path) -> None:
    with pytest.raises(UsageError, match="no name of a package"):
        rendered(FIRST, replace(request_of(old), package="../x"))
