"""`fastforge update` of a project that somebody else's template made."""

import json
import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.conftest import Fastforge, files_of
from tests.template_repository import ANSWERS, TemplateRepository, template

ASKS: dict[str, object] = {"name": {"type": "str"}, "word": "Hello"}
LINES = "".join(f"line {number}\n" for number in range(1, 20))
FILES: dict[str, str | bytes | None] = {
    "hello.txt.jinja": "{{ word }}, {{ name }}!\n",
    "lines.txt": LINES,
    "gone.txt": "to be deleted by the user\n",
    "dropped.txt": "to be dropped by the template\n",
    "picture.bin": b"\0\1\2",
    "old/place.txt": "a text that stays as it is\nand has two lines\n",
}
NEW: dict[str, str | bytes | None] = {
    "lines.txt": LINES.replace("line 18\n", "line 18, by the template\n"),
    "gone.txt": "to be deleted by the user, and changed\n",
    "dropped.txt": None,
    "added.txt.jinja": "{{ name }}\n",
    "old/place.txt": None,
    "new/place.txt": "a text that stays as it is\nand has two lines\n",
}
NO_TESTS = "note: nothing was verified: the project has no pyproject.toml with tests beside it.\n"


@pytest.fixture
def made(tmp_path: Path) -> TemplateRepository:
    """A template with two versions."""
    two = template(tmp_path / "template", ASKS, FILES)
    two.write(NEW)
    two.commit("v2")
    return two


@pytest.fixture
def shop(tmp_path: Path, made: TemplateRepository) -> Path:
    """A project of the first version as `new` makes it, in no repository."""
    shop = TemplateRepository.__new__(TemplateRepository)
    shop.path = tmp_path / "shop"
    source = f"_commit: v1\n_src_path: {made.path}\n"
    own = {name: text for name, text in FILES.items() if not name.endswith(".jinja")}
    answers = {".copier-answers.yml": f"{source}name: shop\nword: Hello\n"}
    shop.write({**own, **answers, "hello.txt": "Hello, shop!\n"})
    return shop.path


def test_the_project_is_as_new_makes_it(
    fastforge: Fastforge, tmp_path: Path, shop: Path, made: TemplateRepository
) -> None:
    by_hand = files_of(shop)
    shop.rename(tmp_path / "by hand")
    new = ["new", "shop", f"--template={made.path}", "--ref=v1", "--yes", "--no-verify"]

    assert fastforge(*new, "--no-git").code == 0

    assert files_of(shop) == by_hand


def edit(shop: Path, changes: Mapping[str, str | bytes | None]) -> None:
    for name, content in changes.items():
        if content is None:
            (shop / name).unlink()
        else:
            (shop / name).write_bytes(content.encode() if isinstance(content, str) else content)


def test_what_the_template_changed_comes_and_what_the_user_changed_stays(
    fastforge: Fastforge, shop: Path
) -> None:
    mine = LINES.replace("line 2\n", "line 2, mine\n")
    edit(shop, {"lines.txt": mine, "gone.txt": None, "picture.bin": b"\0mine", "own.txt": "own"})

    ran = fastforge("update", cwd=shop)

    assert (ran.code, ran.err) == (0, NO_TESTS)
    assert ran.out == (
        "shop: v1 to v2\n"
        "replace   .copier-answers.yml\n"
        "create    added.txt\n"
        "remove    dropped.txt\n"
        "replace   lines.txt\n"
        "create    new/place.txt\n"
        "remove    old/place.txt\n"
        "deleted   gone.txt: you deleted it, so it stays so\n"
        "files: create 2, replace 2, remove 2\n"
        "Undo: fastforge update --abort\n"
    )
    files = {path: text for path, text in files_of(shop).items() if ".fastforge" not in path}
    answers = files.pop(".copier-answers.yml").decode()
    assert "_commit: v2\n" in answers
    assert files == {
        "hello.txt": b"Hello, shop!\n",
        "lines.txt": mine.replace("line 18\n", "line 18, by the template\n").encode(),
        "picture.bin": b"\0mine",
        "added.txt": b"shop\n",
        "new/place.txt": b"a text that stays as it is\nand has two lines\n",
        "own.txt": b"own",
    }


def test_a_second_update_does_nothing(fastforge: Fastforge, shop: Path) -> None:
    fastforge("update", cwd=shop)
    before = files_of(shop)

    ran = fastforge("update", cwd=shop)

    assert (ran.code, ran.out) == (0, "Up to date: v2. Nothing was written.\n")
    assert files_of(shop) == before


def test_a_dry_run_foretells_it_and_writes_nothing(fastforge: Fastforge, shop: Path) -> None:
    before = files_of(shop)

    told = json.loads(fastforge("update", "--dry-run", "--json", cwd=shop).out)
    checked = fastforge("update", "--check", cwd=shop)
    diff = fastforge("update", "--diff", cwd=shop)

    assert files_of(shop) == before
    assert (checked.code, diff.code) == (1, 0)
    assert "There is an update: v1 to v2." in checked.err
    assert "+line 18, by the template" in diff.out
    done = json.loads(fastforge("update", "--json", cwd=shop).out)
    assert done["files"] == told["files"]
    assert (done["from"], done["to"]) == ("v1", "v2")
    assert fastforge("update", "--check", cwd=shop).code == 0


def test_conflicts_are_marked_and_finished_by_the_user(fastforge: Fastforge, shop: Path) -> None:
    edit(shop, {"lines.txt": LINES.replace("line 18\n", "line 18, mine\n")})
    before = files_of(shop)

    ran = fastforge("update", cwd=shop)

    assert ran.code == 3
    assert "conflict  lines.txt: your lines and the new ones are between markers" in ran.out
    marked = (shop / "lines.txt").read_text()
    assert "line 18, mine\n=======\nline 18, by the template\n>>>>>>> template v2\n" in marked
    assert "_commit: v1\n" in (shop / ".copier-answers.yml").read_text()
    assert fastforge("update", cwd=shop).code == 3
    assert fastforge("update", "--continue", cwd=shop).code == 3

    edit(shop, {"lines.txt": LINES.replace("line 18\n", "line 18, both\n")})
    assert fastforge("update", "--continue", cwd=shop).code == 0
    assert "_commit: v2\n" in (shop / ".copier-answers.yml").read_text()

    edit(shop, {"lines.txt": marked})
    assert fastforge("update", "--abort", cwd=shop).code == 3  # edited since it was finished
    edit(shop, {"lines.txt": LINES.replace("line 18\n", "line 18, both\n")})
    ran = fastforge("update", "--abort", cwd=shop)
    assert (ran.code, "Alembic" in ran.out) == (0, False)
    kept = {path: text for path, text in files_of(shop).items() if "/given_up/" in path}
    assert (
        kept[".fastforge/update/given_up/lines.txt"]
        == LINES.replace("line 18\n", "line 18, both\n").encode()
    )
    rest = {p: text for p, text in files_of(shop).items() if not p.startswith(".fastforge/")}
    assert rest == before


@pytest.mark.parametrize("conflict", [True, False])
def test_an_abort_restores_every_byte(fastforge: Fastforge, shop: Path, conflict: bool) -> None:
    if conflict:
        edit(shop, {"lines.txt": LINES.replace("line 18\n", "mine\n")})
    before = files_of(shop)
    folders = {path for path in shop.rglob("*") if path.is_dir()}
    assert fastforge("update", cwd=shop).code == (3 if conflict else 0)
    assert files_of(shop) != before

    ran = fastforge("update", "--abort", cwd=shop)

    assert ran.code == 0
    assert files_of(shop) == before
    assert {path for path in shop.rglob("*") if path.is_dir()} == folders


def test_renamed_files_are_followed_both_ways(fastforge: Fastforge, shop: Path) -> None:
    """Copier's own update loses the user's line in the first, and the template's in the second."""
    (shop / "lines.txt").rename(shop / "mine.txt")
    edit(shop, {"old/place.txt": "a text that stays as it is\nand has two lines\nand mine\n"})

    ran = fastforge("update", cwd=shop)

    assert ran.code == 0, ran.err
    assert (shop / "new/place.txt").read_text().endswith("and mine\n")
    assert not (shop / "old").exists()
    assert "line 18, by the template\n" in (shop / "mine.txt").read_text()
    assert not (shop / "lines.txt").exists()
    assert "moved     old/place.txt to new/place.txt" in ran.out
    assert "followed  lines.txt: it is mine.txt in your project" in ran.out


@pytest.mark.parametrize("kind", ["bundle", "address"])
def test_a_project_of_a_bundle_or_an_address_is_updated(
    fastforge: Fastforge, tmp_path: Path, made: TemplateRepository, kind: str
) -> None:
    source = {"bundle": "template.bundle", "address": f"git+file://{made.path}"}[kind]
    bundle = ["bundle", "create", "--quiet", str(tmp_path / "template.bundle"), "--all"]
    made.git(*bundle)
    new = ["new", "shop", f"--template={source}", "--ref=v1", "--yes", "--no-verify", "--no-git"]
    cache = {"COPIER_CACHE_DIR": str(tmp_path / "cache")}
    assert fastforge(*new, **cache).code == 0
    made.write({"later.txt": "later\n"})
    made.commit("v3")
    made.git(*bundle)

    ran = fastforge("update", cwd=tmp_path / "shop", **cache)

    assert ran.code == 0, ran.err
    assert ran.out.startswith("shop: v1 to v3\n")
    assert (tmp_path / "shop/later.txt").read_text() == "later\n"


def test_other_answers_are_an_update_too(fastforge: Fastforge, shop: Path) -> None:
    ran = fastforge("update", "--to=v1", "--data=word=Hi", cwd=shop)

    assert ran.code == 0, ran.err
    assert "The answer word is 'Hi' now, which was 'Hello'." in ran.err
    assert (shop / "hello.txt").read_text() == "Hi, shop!\n"
    assert "word: Hi\n" in (shop / ".copier-answers.yml").read_text()


def test_new_questions_are_told_or_must_be_answered(
    fastforge: Fastforge, shop: Path, made: TemplateRepository
) -> None:
    made.write({"copier.yml": "name: {type: str}\nport: 80\nowner: {type: str}\n"})
    made.commit("v3")

    without = fastforge("update", cwd=shop)
    ran = fastforge("update", "--data=owner=Ada", cwd=shop)

    assert (without.code, ran.code) == (2, 0)
    assert "error: v3 asks for what has no default: owner.\n" in without.err
    assert "Add --data=owner=VALUE.\n" in without.err
    assert "The answer port is 80 now, a new question." in ran.err
    assert "The template does not ask for word any more." in ran.err


def test_an_answer_that_is_none_any_more_is_told(
    fastforge: Fastforge, shop: Path, made: TemplateRepository
) -> None:
    asks = "name: {type: str}\nword: {type: str, choices: [Hi, Hey], default: Hey}\n"
    made.write({"copier.yml": asks})
    made.commit("v3")

    ran = fastforge("update", cwd=shop)

    assert ran.code == 0, ran.err
    assert "The answer word is 'Hey' now, which was 'Hello'." in ran.err
    assert (shop / "hello.txt").read_text() == "Hey, shop!\n"


def test_what_git_ignores_is_merged_too(
    fastforge: Fastforge, tmp_path: Path, made: TemplateRepository
) -> None:
    made.write({".gitignore.jinja": ".env\n", ".env": LINES})
    made.commit("v3")
    kept = TemplateRepository(tmp_path / "kept")
    new = ["new", "kept", f"--template={made.path}", "--yes", "--no-verify"]
    assert fastforge(*new).code == 0
    made.write({".env": LINES.replace("line 2\n", "line 2, new\n")})
    made.commit("v4")
    kept.commit()
    edit(kept.path, {".env": LINES.replace("line 18\n", "line 18, secret\n")})

    ran = fastforge("update", cwd=kept.path)

    assert ran.code == 0, ran.err
    merged = LINES.replace("line 18\n", "line 18, secret\n").replace("line 2\n", "line 2, new\n")
    assert (kept.path / ".env").read_text() == merged


def test_what_is_not_committed_is_not_overwritten(
    fastforge: Fastforge, tmp_path: Path, made: TemplateRepository
) -> None:
    new = ["new", "kept", f"--template={made.path}", "--ref=v1", "--yes", "--no-verify"]
    who = {"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org"}
    who |= {name.replace("AUTHOR", "COMMITTER"): value for name, value in who.items()}
    assert fastforge(*new, **who).code == 0
    kept = tmp_path / "kept"
    edit(kept, {"lines.txt": LINES + "more\n", "hello.txt": "my own\n"})
    before = files_of(kept)

    ran = fastforge("update", cwd=kept)

    assert ran.code == 3
    assert "Changed and not committed: lines.txt." in ran.err
    assert files_of(kept) == before


def test_a_project_in_a_folder_of_a_repository_is_updated(
    fastforge: Fastforge, tmp_path: Path, made: TemplateRepository
) -> None:
    mono = TemplateRepository(tmp_path / "mono")
    new = ["new", "shop", f"--template={made.path}", "--ref=v1", "--yes", "--no-verify"]
    assert fastforge(*new, cwd=mono.path).code == 0
    mono.commit()

    ran = fastforge("update", "-C", "shop/old", cwd=mono.path)

    assert ran.code == 0, ran.err
    assert (mono.path / "shop/added.txt").read_text() == "shop\n"
    assert not (mono.path / "added.txt").exists()


def test_a_new_file_that_can_be_run_stays_so(
    fastforge: Fastforge, shop: Path, made: TemplateRepository
) -> None:
    made.write({"run.sh": "#!/bin/sh\n"})
    (made.path / "run.sh").chmod(0o755)
    (made.path / "hello.txt.jinja").chmod(0o755)
    made.commit("v3")

    ran = fastforge("update", cwd=shop)

    assert ran.code == 0, ran.err
    assert (shop / "run.sh").stat().st_mode & stat.S_IXUSR
    assert "The template made hello.txt executable" in ran.err


def test_what_a_new_version_wants_to_run_is_listed_and_not_run(
    fastforge: Fastforge, shop: Path, made: TemplateRepository
) -> None:
    made.write({"copier.yml": "name: {type: str}\n_migrations: ['touch ran; touch ../../ran']\n"})
    made.commit("v3")
    before = files_of(shop)

    without = fastforge("update", cwd=shop)

    assert without.code == 2
    assert "  migration: touch ran; touch ../../ran\n" in without.err
    checked = fastforge("update", "--check", cwd=shop)
    assert (checked.code, "There is an update: v1 to v3." in checked.err) == (1, True)
    assert files_of(shop) == before

    ran = fastforge("update", "--trust", cwd=shop)

    assert ran.code == 0, ran.err
    assert (shop / "ran").exists()


def repository_at(folder: Path) -> TemplateRepository:
    found = TemplateRepository.__new__(TemplateRepository)
    found.path = folder
    return found


def remove_source(shop: Path, made: TemplateRepository) -> None:
    del shop
    made.path.rename(made.path.with_name("elsewhere"))


def remove_version(shop: Path, made: TemplateRepository) -> None:
    del shop
    made.git("tag", "--delete", "v1")


def break_version(shop: Path, made: TemplateRepository) -> None:
    del shop
    made.git("checkout", "--quiet", "v1")
    made.write({"hello.txt.jinja": "{{ word | no_such_filter }}"})
    made.commit()
    made.git("tag", "--force", "v1")


def keep_no_answers(shop: Path, made: TemplateRepository) -> None:
    del shop
    made.write({ANSWERS: None})
    made.commit("v3")


def make_folder_a_file(shop: Path, made: TemplateRepository) -> None:
    del shop
    (made.path / "old").rmdir()
    made.write({"old": "a file\n"})
    made.commit("v3")


def make_file_a_folder(shop: Path, made: TemplateRepository) -> None:
    del shop
    made.write({"gone.txt": None})
    made.write({"gone.txt/a": "in a folder\n"})
    made.commit("v3")


def forget(key: str) -> Callable[[Path, TemplateRepository], None]:
    def change(shop: Path, made: TemplateRepository) -> None:
        del made
        place = shop / ".copier-answers.yml"
        lines = place.read_text().splitlines(keepends=True)
        place.write_text("".join(line for line in lines if not line.startswith(key)))

    return change


def say(text: str) -> Callable[[Path, TemplateRepository], None]:
    def change(shop: Path, made: TemplateRepository) -> None:
        (shop / ".copier-answers.yml").write_text(text.format(template=made.path))

    return change


def name_newer(shop: Path, made: TemplateRepository) -> None:
    say("_commit: v3\n_src_path: {template}\nname: shop\n")(shop, made)
    made.commit("v3")


def test_a_path_from_the_project_stays_one(fastforge: Fastforge, shop: Path) -> None:
    said = (shop / ".copier-answers.yml").read_text()
    (shop / ".copier-answers.yml").write_text(said.replace(str(shop.parent), ".."))

    ran = fastforge("update", "-C", "old", cwd=shop)

    assert ran.code == 0, ran.err
    answers = (shop / ".copier-answers.yml").read_text()
    assert "_commit: v2\n_src_path: ../template\n" in answers


@pytest.mark.parametrize(
    ("change", "arguments", "said"),
    [
        (remove_source, [], "If it has moved, mend `_src_path` in .copier-answers.yml."),
        (make_folder_a_file, [], "has a file now where it had a folder, or a folder where it"),
        (make_file_a_folder, [], "has a file now where it had a folder, or a folder where it"),
        (remove_version, [], "lacks version v1, of which this project was made."),
        (break_version, [], "The version v1 cannot be rendered any more."),
        (keep_no_answers, [], "keeps no answers in .copier-answers.yml any more."),
        (forget("_src_path"), [], "does not say where its template is (`_src_path`)."),
        (forget("_commit"), [], "does not say the version of its template (`_commit`)."),
        (say("[a, b]"), [], "holds no answers."),
        (say("a: ["), [], "cannot be read: while parsing"),
        (say("_commit: v1\n_src_path: ext::true\n"), [], "There is no template"),
        (say("_commit: --help\n_src_path: {template}\n"), [], "lacks version --help"),
        (name_newer, ["--to=v2"], "You are downgrading from 3 to 2."),
        (forget("nothing"), ["--to=v9"], "has no version v9."),
        (forget("nothing"), ["--set=a=b"], "--set is for projects of fastforge's own template."),
        (forget("nothing"), ["--data=a=b"], "The template does not ask for a."),
    ],
)
def test_what_cannot_be_updated_is_told_and_left_alone(
    fastforge: Fastforge,
    shop: Path,
    change: Callable[[Path, TemplateRepository], None],
    arguments: list[str],
    said: str,
) -> None:
    change(shop, repository_at(shop.parent / "template"))
    before = files_of(shop)

    ran = fastforge("update", *arguments, cwd=shop)

    assert ran.code == 2, ran.err
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert files_of(shop) == before


def test_without_tags_it_goes_to_the_newest_commit(fastforge: Fastforge, tmp_path: Path) -> None:
    made = template(tmp_path / "untagged", ASKS, FILES, tag=None)
    made.git("commit", "--quiet", "--allow-empty", "--message=another")
    fastforge("new", "shop", "--template=untagged", "--yes", "--no-verify", "--no-git")
    made.write(NEW)
    made.commit()

    ran = fastforge("update", cwd=tmp_path / "shop")

    assert ran.code == 0, ran.err
    assert "has no tags that are versions" in ran.err
    assert (tmp_path / "shop/added.txt").is_file()


@pytest.mark.parametrize("name", [".copier-answers.backend.yml", ".my-answers.yaml"])
def test_another_name_of_the_answers_file_is_found(
    fastforge: Fastforge, tmp_path: Path, name: str
) -> None:
    made = template(tmp_path / "named", {**ASKS, "_answers_file": name}, FILES)
    new = fastforge("new", "shop", "--template=named", "--yes", "--no-verify", "--no-git")
    assert (new.code, new.err) == (0, "")
    made.write(NEW)
    made.commit("v2")

    ran = fastforge("update", cwd=tmp_path / "shop")

    assert ran.code == 0, ran.err
    assert "_commit: v2" in (tmp_path / "shop" / name).read_text()
    assert not (tmp_path / "shop/.copier-answers.yml").exists()


@pytest.mark.parametrize("command", ["list", "diff", "verify"])
def test_what_is_for_our_own_projects_says_what_works_here(
    fastforge: Fastforge, shop: Path, command: str
) -> None:
    ran = fastforge(command, cwd=shop / "old")

    assert ran.code == 2
    assert ran.err.startswith(f"error: {shop} is a project of another template than fastforge's")
    assert "`fastforge update`" in ran.err


def test_a_link_in_the_place_of_a_file_is_not_written_through(
    fastforge: Fastforge, tmp_path: Path, shop: Path
) -> None:
    (tmp_path / "outside.txt").write_text(LINES)
    (shop / "lines.txt").unlink()
    (shop / "lines.txt").symlink_to(tmp_path / "outside.txt")

    ran = fastforge("update", cwd=shop)

    assert ran.code == 3
    assert (tmp_path / "outside.txt").read_text() == LINES
    assert os.path.islink(shop / "lines.txt")  # noqa: PTH114
