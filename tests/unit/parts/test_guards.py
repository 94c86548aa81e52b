"""Who may use the routes of a part: what is taken for a scope, and what a project allows."""

from pathlib import Path

import pytest

from fastforge.answers.project import ProjectAnswers
from fastforge.errors import UsageError
from fastforge.parts.guards import check_clients_are_known, is_opened, read_guard, usual_guard
from fastforge.project.project import Project
from fastforge.project.record import Record

WORDS = ("user", "ops", "none")


def project(auth: str) -> Project:
    answers = ProjectAnswers(name="shop", description="Sells.", author="Ada", auth=auth)
    return Project(Path(), Record("project", "shop", {}, {}), answers)


@pytest.mark.parametrize(
    "guard",
    [
        *WORDS,
        *("links:write", "Links.Read", "read_links", "a-b", "a:", "a" * 59 + ":"),
        "https://example.com/auth/links.readonly",
    ],
)
def test_a_word_or_a_scope_is_kept_as_it_is_typed(guard: str) -> None:
    assert read_guard(guard, WORDS) == guard


@pytest.mark.parametrize(
    "guard",
    [
        *("", "admin", "users", "Ops", " user", "a b:c", "a:b c:d", ":a", "1:a", "a:b\n", "ä:b"),
        *('a:"b', "a:b'", "a:b\\", "a:{b}", "a:b,c", "a" * 60 + ":"),
    ],
)
def test_what_is_neither_is_refused_with_an_example(guard: str) -> None:
    with pytest.raises(UsageError, match="is none of user, ops, none, and no scope") as raised:
        read_guard(guard, WORDS)

    assert "links:write" in str(raised.value.hint)


def test_a_client_of_before_is_a_user() -> None:
    assert read_guard("client", WORDS) == "user"


@pytest.mark.parametrize(("auth", "usual"), [("keys", "user"), ("jwt", "user"), ("none", "none")])
def test_routes_are_for_known_clients_where_a_project_knows_any(auth: str, usual: str) -> None:
    assert usual_guard(project(auth)) == usual


@pytest.mark.parametrize("guard", ["user", "links:write"])
def test_a_guard_for_clients_is_refused_where_none_is_known(guard: str) -> None:
    for auth in ("keys", "jwt"):
        check_clients_are_known(project(auth), guard)

    with pytest.raises(UsageError, match=f"--guard {guard} is for clients") as raised:
        check_clients_are_known(project("none"), guard)

    assert "update --set auth=keys" in str(raised.value.hint)


@pytest.mark.parametrize("guard", ["ops", "none"])
def test_other_guards_need_no_clients(guard: str) -> None:
    check_clients_are_known(project("none"), guard)


def test_it_is_told_only_where_routes_could_have_been_closed_that_they_are_open() -> None:
    opened = [is_opened(project(auth), guard) for auth in ("keys", "none") for guard in WORDS]

    assert opened == [False, False, True, False, False, False]
