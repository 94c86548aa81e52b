"""The choices of a template's question, in the ways that Copier lets them be written."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fastforge.errors import UsageError
from fastforge.from_template.values import Plain, from_yaml


@dataclass(frozen=True, slots=True)
class Choice:
    """What the template calls a choice, and what it is."""

    label: str
    value: Plain

    @property
    def typed(self) -> str:
        """What is typed for it: the value, if that is a word or two."""
        text = str(self.value)
        plain = isinstance(self.value, str | int | float) and text.strip() == text
        return text if plain and text and not set(text) & {",", "\n"} else self.label


def read_choices(raw: Plain, rendered: Callable[[Plain], Plain], name: str) -> list[Choice]:
    """Read the choices of the question `name`: a list, pairs, a mapping, or a template of these.

    Raises UsageError if they are none of these.
    """
    try:
        if isinstance(raw, str):
            raw = from_yaml(rendered(raw))
        pairs = raw.items() if isinstance(raw, dict) else [_pair(item) for item in raw or ()]
    except (TypeError, ValueError) as error:
        problem = f"The choices of the template's question {name} are none."
        raise UsageError(problem, "Ask whoever wrote the template.") from error
    return [choice for label, value in pairs for choice in _choice(label, value, rendered)]


def _choice(label: Plain, value: Plain, rendered: Callable[[Plain], Plain]) -> Iterator[Choice]:
    """Give a choice, unless it is refused with a reason."""
    if isinstance(value, dict):
        if rendered(value.get("validator", "")):
            return
        value = value.get("value")
    yield Choice(str(rendered(label)), rendered(value))


def _pair(item: Plain) -> tuple[Plain, Plain]:
    if isinstance(item, list | tuple):
        label, value = item
        return label, value
    return item, item
