"""A project may come from a stranger: what it says reaches nothing outside of it."""

import json
import os
import shutil
from pathlib import Path

import pytest

from fastforge.project.record import Record, digest
from tests.conftest import Fastforge, Ran, files_of
from tests.parts.small_shop import make_small_shop

VICTIM = b"mine\n"
QUIETLY = ("--no-verify", "--yes")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return make_small_shop(tmp_path / "shop")


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A file outside of the project."""
    file = tmp_path / "outside" / "victim"
    file.parent.mkdir()
    file.write_bytes(VICTIM)
    return file


def record(shop: Path, *paths: str, content: bytes = VICTIM, **answers: object) -> None:
    """Let the project say that fastforge wrote `paths` for the job `evil`."""
    made = Record("job", "evil", {"name": "evil", **answers}, dict.fromkeys(paths, digest(content)))
    (shop / made.path).parent.mkdir(exist_ok=True)
    (shop / made.path).write_bytes(made.content())


def refused(ran: Ran, code: int, *words: str) -> bool:
    lines = ran.err.splitlines()
    assert (ran.code, len(lines)) in {(code, 1), (code, 2)}, ran.err
    assert all(word in ran.err for word in words), ran.err
    return "defect" not in ran.err


def journal(shop: Path, place: str, after: str | None = None) -> Path:
    """Leave what a run that was killed leaves: here one that had taken `place` away."""
    stage = shop / ".fastforge/.apply-12345678"
    (stage / "old").mkdir(parents=True)
    (stage / "new").mkdir()
    (stage / "old/0").write_bytes(b"planted")
    said = {"stage": str(stage), "run": "", "steps": [[place, after]], "folders": []}
    (stage / "journal").write_text(json.dumps(said))
    return stage


@pytest.mark.parametrize("place", ["../planted", "{above}/planted", "src/planted.py"])
@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("list",), 0),
        (("add-job", "nightly", "--daily", "03:30", "--dry-run"), 0),
        (("add-job", "nightly", "--daily", "03:30", *QUIETLY), 1),
        (("remove-job", "evil"), 1),
    ],
)
def test_a_journal_that_came_with_a_clone_is_not_followed(
    shop: Path, fastforge: Fastforge, place: str, command: tuple[str, ...], code: int
) -> None:
    place = place.format(above=shop.parent)
    stage = journal(shop, place)
    before = files_of(shop)

    ran = fastforge(*command, cwd=shop)

    assert ran.code == code, ran.err
    assert files_of(shop) == before
    assert not (shop / place).exists()
    if code:
        assert refused(ran, 1, str(stage), "no run of yours left it")


def test_a_journal_that_came_with_a_clone_removes_nothing(
    shop: Path, victim: Path, fastforge: Fastforge
) -> None:
    journal(shop, "../outside/victim", digest(VICTIM))

    fastforge("remove-job", "evil", cwd=shop)

    assert victim.read_bytes() == VICTIM


def test_a_stage_that_is_a_link_is_left_alone(
    shop: Path, victim: Path, fastforge: Fastforge
) -> None:
    (shop / ".fastforge/.apply-12345678").symlink_to(victim.parent)

    fastforge("add-job", "nightly", "--daily", "03:30", *QUIETLY, cwd=shop)

    assert victim.read_bytes() == VICTIM


def test_what_lies_outside_is_no_leftover_of_ours(
    victim: Path, tmp_path: Path, fastforge: Fastforge
) -> None:
    victim.rename(victim.parent / ".apply-1")
    (victim.parent / "stage").mkdir()
    (victim.parent / "stage").rename(victim.parent / ".apply-2")
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/.fastforge").symlink_to(victim.parent)

    ran = fastforge("new", "shop", *QUIETLY, "--no-git")

    assert refused(ran, 1, "leads outside")
    assert sorted(os.listdir(victim.parent)) == [".apply-1", ".apply-2"]


@pytest.mark.parametrize(
    "path",
    [
        "../outside/victim",
        "src/../../outside/victim",
        "{victim}",
        "./src/x.py",
        "src//x.py",
        ".git/config",
        "src/.GIT/x",
        "src\\x.py",
        "C:/x.py",
        "src/\x1b[2J.py",
        "",
    ],
)
def test_a_record_names_files_of_the_project_only(
    shop: Path, victim: Path, fastforge: Fastforge, path: str
) -> None:
    record(shop, path.format(victim=victim))
    before = files_of(shop)

    for flags in ((), ("--force", "--dry-run")):
        assert refused(fastforge("remove-job", "evil", *flags, cwd=shop), 1, "no name of a file")

    assert (victim.read_bytes(), files_of(shop)) == (VICTIM, before)


@pytest.mark.parametrize("flags", [("--force",), ("--diff",)])
def test_a_folder_that_leads_outside_is_not_followed_to_remove(
    shop: Path, victim: Path, fastforge: Fastforge, flags: tuple[str, ...]
) -> None:
    (shop / "src/shop/jobs/more").symlink_to(victim.parent)
    record(shop, "src/shop/jobs/more/victim")

    ran = fastforge("remove-job", "evil", *flags, cwd=shop)

    assert refused(ran, 1, "leads outside")
    assert victim.read_bytes() == VICTIM
    assert "mine" not in ran.out


def test_a_folder_that_leads_outside_is_not_followed_to_write(
    shop: Path, victim: Path, fastforge: Fastforge
) -> None:
    shutil.rmtree(shop / "tests", ignore_errors=True)
    (shop / "tests").symlink_to(victim.parent)

    ran = fastforge("add-job", "nightly", "--daily", "03:30", *QUIETLY, cwd=shop)

    assert refused(ran, 1, "leads outside")
    assert os.listdir(victim.parent) == ["victim"]
    assert not (shop / "src/shop/jobs/nightly.py").exists()


@pytest.mark.parametrize("place", [".fastforge", ".fastforge/jobs", ".fastforge/jobs/evil.yml"])
def test_a_record_outside_is_not_read(
    shop: Path, tmp_path: Path, fastforge: Fastforge, place: str
) -> None:
    record(shop, "src/x.py")
    moved = (shop / place).rename(tmp_path / "moved")
    (shop / place).symlink_to(moved)

    assert refused(fastforge("remove-job", "evil", cwd=shop), 1, "leads outside")


def test_a_link_in_the_place_of_a_file_is_removed_and_not_followed(
    shop: Path, victim: Path, fastforge: Fastforge
) -> None:
    link = shop / "src/shop/jobs/evil.py"
    link.symlink_to(victim)
    record(shop, "src/shop/jobs/evil.py")

    assert fastforge("remove-job", "evil", cwd=shop).code == 3
    assert link.is_symlink()

    assert fastforge("remove-job", "evil", "--force", cwd=shop).code == 0
    assert not os.path.lexists(link)
    assert victim.read_bytes() == VICTIM


def test_a_folder_in_the_place_of_a_file_stays(shop: Path, fastforge: Fastforge) -> None:
    (shop / "src/shop/jobs/evil.py").mkdir()
    (shop / "src/shop/jobs/evil.py/kept").write_bytes(VICTIM)
    record(shop, "src/shop/jobs/evil.py")

    assert fastforge("remove-job", "evil", "--force", cwd=shop).code == 3
    assert (shop / "src/shop/jobs/evil.py/kept").read_bytes() == VICTIM


BOMB = "a0: &a0 [x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
)
HEAD = 'fastforge: "1"\nkind: "job"\nname: "evil"\n'


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}{BOMB}answers:\n  x: *a9\nfiles:\n",
        f"{HEAD}answers: &a\n  x: 1\nfiles:\n",
        f"{HEAD}answers:\n  x: {'[' * 5000}\nfiles:\n",
        f"{HEAD}answers:\n  x: {'[' * 100}{']' * 100}\nfiles:\n",
        f"{HEAD}answers:\n  x: '{'x' * 400_000}'\nfiles:\n",
        f"{HEAD}answers:\n  x: !!python/object/apply:os.system [id]\nfiles:\n",
        f"{HEAD}answers:\n  x: {'1' * 10_000}\nfiles:\n",
        HEAD.replace('"evil"', '"../evil"'),
        HEAD.replace('"evil"', '"\\e[2J"'),
        HEAD.replace('"evil"', '"other"') + "answers:\nfiles:\n",
        HEAD.replace('"job"', '"task"') + "answers:\nfiles:\n",
        HEAD + "answers: 3\nfiles: 4\n",
    ],
)
def test_a_record_is_small_and_flat(shop: Path, fastforge: Fastforge, text: str) -> None:
    (shop / ".fastforge/jobs").mkdir()
    (shop / ".fastforge/jobs/evil.yml").write_text(text)

    assert refused(fastforge("remove-job", "evil", cwd=shop), 1, "record")


@pytest.mark.parametrize("place", ["pyproject.toml", "src/shop/jobs/x.py"])
@pytest.mark.parametrize("kind", ["large", "pipe", "leads outside"])
def test_what_is_read_is_an_ordinary_file_of_some_size(
    shop: Path, fastforge: Fastforge, place: str, kind: str
) -> None:
    (shop / place).unlink(missing_ok=True)
    if kind == "large":
        (shop / place).write_text("# " + "x" * 2_000_000)
    elif kind == "pipe":
        os.mkfifo(shop / place)
    else:
        (shop / place).symlink_to("/dev/zero")

    assert refused(fastforge("list", cwd=shop), 1, Path(place).name)


@pytest.mark.parametrize("name", ["../../outside", "shop/x", "a b", "x; id", "", "-c"])
def test_a_package_is_a_name(shop: Path, fastforge: Fastforge, name: str) -> None:
    text = (shop / "pyproject.toml").read_text()
    changed = text.replace('module-name = "shop"', f"module-name = {json.dumps(name)}")
    (shop / "pyproject.toml").write_text(changed)

    assert refused(fastforge("list", cwd=shop), 1, "names no code")


@pytest.mark.parametrize("source", ["(" * 5000, "x = '\0'", "-" * 50_000 + "1"])
def test_a_source_that_python_cannot_read_is_named(
    shop: Path, fastforge: Fastforge, source: str
) -> None:
    (shop / "src/shop/jobs/x.py").write_text(source)

    assert refused(fastforge("list", cwd=shop), 1, "x.py", "is not Python")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", 'x"); import os; os.system("id'),
        ("name", "../../x"),
        ("item", "x\n"),
        ("revision", '"; import os #'),
    ],
)
def test_saved_answers_of_a_module_are_checked_before_they_get_into_code(
    shop: Path, fastforge: Fastforge, name: str, value: str
) -> None:
    assert fastforge("add-module", "bills", "--no-verify", cwd=shop).code == 0
    saved = shop / ".fastforge/modules/bills.yml"
    lines = [
        f"  {name}: {json.dumps(value)}" if line.startswith(f"  {name}:") else line
        for line in saved.read_text().splitlines()
    ]
    saved.write_text("\n".join(lines))
    before = files_of(shop)

    assert refused(fastforge("remove-module", "bills", "--yes", cwd=shop), 2)
    assert files_of(shop) == before


def test_what_a_project_says_does_not_reach_the_terminal_raw(
    shop: Path, fastforge: Fastforge
) -> None:
    (shop / "src/shop/tasks/x.py").write_text(
        'TASK = Task()\nrouter = APIRouter()\n@router.get("/\\x1b]0;x\\x07\\u202e")\ndef f(): ...\n'
    )

    ran = fastforge("list", cwd=shop)

    assert "x1b" in ran.out
    assert not {"\x1b", "\x07", "\u202e"} & set(ran.out)


TEMPLATE = ".fastforge/templates/job/template/src/{{ package }}/jobs/{{ name }}.py.jinja"
ADD = ("add-job", "nightly", "--daily", "03:30", *QUIETLY)


def own_template(shop: Path, text: str) -> Path:
    file = shop / TEMPLATE
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


@pytest.mark.parametrize("flags", [(), ("--dry-run",), ("--json", "--diff")])
def test_templates_of_a_project_are_not_rendered_before_they_are_trusted(
    shop: Path, fastforge: Fastforge, flags: tuple[str, ...]
) -> None:
    own_template(shop, "{{ rendered_at_all }}")

    ran = fastforge(*ADD, *flags, cwd=shop)

    assert refused(ran, 2, "templates", "--trust")
    assert "rendered_at_all" not in ran.err


def test_trust_is_remembered_until_a_template_changes(
    shop: Path, fastforge: Fastforge, tmp_path: Path
) -> None:
    file = own_template(shop, "JOB = {{ name | to_json }}\n")
    assert fastforge(*ADD, "--trust", "--dry-run", cwd=shop).code == 0
    assert fastforge(*ADD, cwd=shop).code == 0
    assert (shop / "src/shop/jobs/nightly.py").read_text() == 'JOB = "nightly"\n'

    shutil.copytree(shop, tmp_path / "copy")
    assert refused(fastforge(*ADD, cwd=tmp_path / "copy"), 2, "--trust")
    (file.parent / "another.py").write_text("")
    assert refused(fastforge(*ADD, cwd=shop), 2, "--trust")
    (file.parent / "another.py").unlink()
    assert fastforge(*ADD, cwd=shop).code == 0


def test_other_kinds_need_no_trust(shop: Path, fastforge: Fastforge) -> None:
    own_template(shop, "")

    assert fastforge("add-task", "mail", "--no-verify", "--yes", cwd=shop).code == 0


@pytest.mark.parametrize(
    "text",
    [
        "{{ ().__class__.__base__.__subclasses__() }}",
        "{{ cycler.__init__.__globals__.os.system('touch outside') }}",
        "{{ self.__init__.__globals__ }}",
        "{{ '{0.__class__}'.format(name) and lipsum.__globals__ }}",
        "{{ 1 / 0 }}",
        "{% include '../../../pyproject.toml' %}",
    ],
)
def test_a_trusted_template_reaches_only_what_it_is_given(
    shop: Path, fastforge: Fastforge, text: str
) -> None:
    own_template(shop, text)

    assert refused(fastforge(*ADD, "--trust", cwd=shop), 1, "cannot be rendered")
    assert not (shop / "outside").exists()


def test_a_template_is_no_link(shop: Path, victim: Path, fastforge: Fastforge) -> None:
    own_template(shop, "")
    (shop / TEMPLATE).with_name("leak.py").symlink_to(victim)

    assert refused(fastforge(*ADD, "--trust", cwd=shop), 1, "symbolic link")


@pytest.mark.parametrize("folder", [".state", "{shop}/.state"])
def test_trust_is_not_kept_where_a_clone_could_bring_it(
    shop: Path, fastforge: Fastforge, folder: str
) -> None:
    own_template(shop, "")
    inside = folder.format(shop=shop)

    ran = fastforge(*ADD, "--trust", cwd=shop, XDG_STATE_HOME=inside, HOME=str(shop))

    assert refused(ran, 5, "cannot be kept")


def test_without_a_folder_of_the_users_parts_are_added_all_the_same(
    shop: Path, fastforge: Fastforge
) -> None:
    assert fastforge(*ADD, cwd=shop, XDG_STATE_HOME="", HOME="/dev/null").code == 0
