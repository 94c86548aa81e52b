"""Templates of Copier in git repositories of their own, as small as a test needs them."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import yaml

ANSWERS = "{{ _copier_conf.answers_file }}.jinja"
"""The name of the file in which a template has Copier keep the answers."""
KEEPS_ANSWERS = {ANSWERS: "{{ _copier_answers | to_nice_yaml }}"}


class TemplateRepository:
    """A repository whose files are a template's; each version of it is a commit with a tag."""

    def __init__(self, folder: Path) -> None:
        self.path = folder
        folder.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str) -> str:
        who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
        done = subprocess.run(
            ["git", *who, *arguments], cwd=self.path, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def write(self, files: Mapping[str, str | bytes | None]) -> None:
        """Write files, or remove those that are None."""
        for name, content in files.items():
            place = self.path / name
            place.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                place.unlink()
            else:
                place.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, tag: str | None = None) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", tag or "change")
        if tag:
            self.git("tag", tag)


def template(
    folder: Path,
    asks: Mapping[str, object],
    files: Mapping[str, str | bytes | None],
    tag: str | None = "v1",
) -> TemplateRepository:
    """Make a template that `asks` what its copier.yml says, at its first version."""
    made = TemplateRepository(folder)
    made.write(
        {"copier.yml": yaml.safe_dump(dict(asks), sort_keys=False), **KEEPS_ANSWERS, **files}
    )
    made.commit(tag)
    return made
