"""What a new version asks and reads that the old one did not: answers and settings."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fastforge.errors import FastforgeError
from fastforge.project.paths import read_inside

_QUESTION = "New question: {}. The answer is {}; fastforge update --set changes it."
_NAME = re.compile(r"^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """New answers with their values; settings that are new and gone; what the user's .env sets."""

    answers: Mapping[str, object]
    settings: set[str]
    gone: set[str]
    dotenv: set[str]

    def sentences(self) -> Iterator[str]:
        """Tell it to a person."""
        for name, value in self.answers.items():
            yield _QUESTION.format(name, typed(value))
        if self.settings:
            yield f"New settings, see .env.example: {', '.join(sorted(self.settings))}."
        if self.gone:
            yield f"No longer read: {', '.join(sorted(self.gone))}."
        if useless := self.gone & self.dotenv:
            yield f"Your .env sets {', '.join(sorted(useless))}, which nothing reads any more."

    def as_json(self) -> dict[str, object]:
        """Give it for machines."""
        return {
            "new_answers": dict(self.answers),
            "new_settings": sorted(self.settings),
            "gone_settings": sorted(self.gone),
        }


def typed(value: object) -> str:
    """Give an answer as it is typed after `--set NAME=`."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def read_dotenv(root: Path) -> set[str]:
    """Give the variables that the project's .env sets; none if there is no such file."""
    try:
        text = read_inside(root, ".env").decode(errors="replace")
    except (OSError, FastforgeError):  # a link that leads outside, or too large: not ours to read
        return set()
    return {name.upper() for name in _NAME.findall(text)}
