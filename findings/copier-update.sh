#!/bin/sh
# An update by Copier takes what the user wrote out of three kinds of files, and says nothing.
#
# Versions: Copier 9.19.1.
# Expected: an update keeps what the user changed since, or marks a conflict.
# Seen: of a file that the template renames, of a file that is no text, and of a file that git
#   ignores, the template's is left; of the last two also where the template changed nothing in them.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check copier==9.19.1
export GIT_AUTHOR_NAME=Ada GIT_AUTHOR_EMAIL=ada@example.org
export GIT_COMMITTER_NAME=Ada GIT_COMMITTER_EMAIL=ada@example.org

cat > finding.py <<'END'
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from copier import run_copy, run_update

LINES = "".join(f"line {number}\n" for number in range(1, 20))
MINE = LINES.replace("line 18\n", "line 18, mine\n")
TEMPLATE, PROJECT = Path("template").absolute(), Path("project").absolute()


def git(folder, *arguments):
    subprocess.run(["git", "-C", folder, *arguments], check=True, stdout=subprocess.DEVNULL)


def commit(folder, *tag):
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=change")
    if tag:
        git(folder, "tag", *tag)


def write(folder, files):
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


git(".", "init", "--quiet", TEMPLATE)
git(".", "init", "--quiet", PROJECT)
write(
    TEMPLATE,
    {
        "copier.yml": "word: a\n",
        "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers | to_nice_yaml }}",
        ".gitignore.jinja": "settings.ini\n",
        "settings.ini": LINES,
        "picture.bin": b"\0\1\2",
        "old.txt": LINES,
    },
)
commit(TEMPLATE, "v1")
run_copy(str(TEMPLATE), PROJECT, defaults=True, quiet=True, overwrite=True)
write(PROJECT, {"settings.ini": MINE, "picture.bin": b"\0mine", "old.txt": MINE})
commit(PROJECT)
(TEMPLATE / "old.txt").rename(TEMPLATE / "new.txt")
commit(TEMPLATE, "v2")

run_update(PROJECT, defaults=True, quiet=True, overwrite=True)

left = [path.name for path in sorted(PROJECT.iterdir()) if path.is_file() and b"mine" in path.read_bytes()]
print(f"version: Copier {version('copier')}")
print("expected: the user's lines in ['new.txt', 'picture.bin', 'settings.ini'] (or in old.txt)")
print(f"seen: the user's lines in {left}")
sys.exit(left != [])
END
PYTHONWARNINGS=ignore venv/bin/python finding.py
