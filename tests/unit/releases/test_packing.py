"""Each release is packed as its commit has it, and any Python packs the same bytes."""

import re
import subprocess
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from fastforge import __version__
from fastforge.releases.releases import as_numbers, versions
from tests.combinations import interpreters
from tests.conftest import REPOSITORY
from tests.releases import pack_script

ARCHIVES = sorted(pack_script().PACKED.glob("*.zip"))
DIGESTS = dict(
    reversed(line.split())
    for line in (REPOSITORY / "releases" / "SHA256SUMS").read_text().splitlines()
)
MAKE = """
import sys
sys.path.insert(0, {folder!r})
import pack
files = {{"fastforge/b.py": b"b" * 9000, "fastforge/a.py": b"", "templates/é.jinja": b"\\xff"}}
sys.stdout.buffer.write(pack.archive("0.1.0", "0" * 40, files))
"""


def older(changelog: str) -> set[str]:
    """Give the versions of a changelog that came before the installed one."""
    named = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", changelog, re.MULTILINE)
    return {version for version in named if as_numbers(version) < as_numbers(__version__)}


def test_each_version_of_the_changelog_is_packed() -> None:
    released = older((REPOSITORY / "CHANGELOG.md").read_text())

    assert released <= set(versions())


def test_versions_are_read_from_headings() -> None:
    text = f"## [Unreleased]\n## [{__version__}] - 2026-01-01\n## [0.1.9]\n## [0.1.0] - 2025\n"

    assert older(text) == {"0.1.9", "0.1.0"}


@pytest.mark.parametrize("archive", ARCHIVES, ids=lambda path: path.stem)
def test_its_digest_is_the_one_that_is_noted(archive: Path) -> None:
    assert sha256(archive.read_bytes()).hexdigest() == DIGESTS[archive.name]


@pytest.mark.parametrize("archive", ARCHIVES, ids=lambda path: path.stem)
def test_its_commit_gives_the_same_bytes(archive: Path) -> None:
    with zipfile.ZipFile(archive) as packed:
        commit = pack_script().commit_of(packed)
    known = subprocess.run(
        ["git", "cat-file", "-e", f"{commit}^{{commit}}"],
        cwd=REPOSITORY,
        capture_output=True,
        check=False,
    )
    if known.returncode:
        pytest.skip(f"the history of this checkout does not have {commit}")
    files = pack_script().files_of(archive.stem, commit)

    assert pack_script().archive(archive.stem, commit, files) == archive.read_bytes()


def test_a_commit_of_another_version_is_refused() -> None:
    known = subprocess.run(["git", "rev-parse", "HEAD"], cwd=REPOSITORY, check=False)
    if known.returncode:
        pytest.skip("this is no checkout")
    with pytest.raises(SystemExit, match="is another version"):
        pack_script().files_of("9.9.9", "HEAD")


def test_any_python_packs_the_same_bytes() -> None:
    code = MAKE.format(folder=str(REPOSITORY / "releases"))
    made = {
        version: subprocess.run([python, "-c", code], capture_output=True, check=True).stdout
        for version, python in interpreters().items()
    }

    assert len(made) >= 1
    assert len(set(made.values())) == 1


def test_nothing_is_compressed_since_zlib_gives_other_bytes_from_build_to_build() -> None:
    for archive in ARCHIVES:
        with zipfile.ZipFile(archive) as packed:
            assert {one.compress_type for one in packed.infolist()} == {zipfile.ZIP_STORED}
