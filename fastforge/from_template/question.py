"""One question of a template: when it is asked, its default, its choices, and what is an answer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastforge.errors import UsageError
from fastforge.from_template.choices import Choice, read_choices
from fastforge.from_template.config import Settings
from fastforge.from_template.rendering import MISSING, Rendering
from fastforge.from_template.values import Plain, cast, from_yaml, is_true, is_type, shown

Context = Mapping[str, Any]
"""The answers so far, as a template sees them."""


@dataclass(frozen=True, slots=True)
class TemplateQuestion:
    """A question as `copier.yml` has it; nearly each part of it may be a template of Jinja.

    `usual` takes the place of its default: the user's own, from the settings of Copier, or the name
    of the project if it `is_named`.
    """

    name: str
    spec: Settings
    rendering: Rendering
    usual: Plain = MISSING
    is_named: bool = False

    def text(self, part: str, context: Context) -> str:
        """Give a part that is a text, such as "help"; empty if there is none."""
        return str(self._rendered(part, context, "") or "").strip()

    def flag(self, part: str, context: Context, *, usual: bool) -> bool:
        """Give a part that is true or false, such as "when"."""
        return is_true(self._rendered(part, context, usual))

    def type_name(self, context: Context) -> str:
        """Give "str", "int", "float", "bool", "yaml", "json" or "path"."""
        kind = str(self._rendered("type", context, "") or "")
        if not kind:
            kind = type(self.spec.get("default", MISSING)).__name__
            kind = kind if is_type(kind) else "yaml"
        if not is_type(kind):
            problem = f"The template's question {self.name} has the unknown type {kind!r}."
            raise UsageError(problem, "Ask whoever wrote the template.")
        return kind

    def is_wanted(self, context: Context) -> bool:
        """Tell whether it is to be asked."""
        return all(self.flag(part, context, usual=True) for part in ("when", "ask"))

    def default(self, context: Context) -> Plain:
        """Give its default as the template sees it, or MISSING."""
        own = self.usual is MISSING or (self.is_named and not self.is_wanted(context))
        raw = self.spec.get("default", MISSING) if own else self.usual
        raw = self.rendering.rendered(raw, context, self.name)
        return MISSING if raw is MISSING else self.value_of(raw, context)

    def choices(self, context: Context) -> dict[str, Any]:
        """Give what can be chosen by what is typed for it: the value itself, if that is short."""
        return {choice.typed: choice.value for choice in self._choices(context)}

    def labels(self, context: Context) -> dict[str, str]:
        """Give what can be chosen by what is typed for it, with what the template calls it."""
        choices = self._choices(context)
        return {each.typed: "" if each.typed == each.label else each.label for each in choices}

    def hides_default(self, context: Context) -> bool:
        """Tell whether the default is not shown: a secret, or a text of several lines."""
        if self.spec.get("secret") and not self.spec.get("choices"):
            return True
        default = self.default(context)
        return isinstance(default, str) and "\n" in default

    @property
    def several(self) -> bool:
        """Whether more than one of the choices may be taken."""
        return bool(self.spec.get("multiselect")) and bool(self.spec.get("choices"))

    def value_of(self, raw: Plain, context: Context) -> Plain:
        """Give an answer as the template sees it; raises UsageError if it is none."""
        if self.several:
            return self._several(raw, context)
        value = self._cast(raw, context)
        if not self.spec.get("choices"):
            return value
        choices = self.choices(context)
        for typed, choice in choices.items():
            if raw == typed or value == self._cast(choice, context):
                return self._cast(choice, context)
        raise UsageError(f"There is no {self.name} {raw!r}.", f"Choose from: {', '.join(choices)}.")

    def check(self, value: Plain, context: Context) -> None:
        """Raise UsageError if the template's validator refuses a value."""
        refusal = self.text("validator", {**context, self.name: value})
        if refusal:
            raise UsageError(f"{self.name} cannot be {shown(value)}: {' '.join(refusal.split())}")

    def typed(self, value: Plain, context: Context) -> str:
        """Give what a person would type for a value."""
        if self.several:
            return ", ".join(self.typed_choice(each, context) for each in value)
        if self.spec.get("choices"):
            return self.typed_choice(value, context)
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, str) and self._cast(value, context) == value:
            return value
        return json.dumps(value, ensure_ascii=False, default=str)

    def typed_choice(self, value: Plain, context: Context) -> str:
        """Give what a person would type for one of several values."""
        found = self.choices(context).items()
        same = (typed for typed, choice in found if self._cast(choice, context) == value)
        return next(same, str(value))

    def _rendered(self, part: str, context: Context, usual: Plain) -> Plain:
        return self.rendering.rendered(self.spec.get(part, usual), context, self.name)

    def _choices(self, context: Context) -> list[Choice]:
        def rendered(value: Plain) -> Plain:
            return self.rendering.rendered(value, context, self.name)

        return read_choices(self.spec.get("choices"), rendered, self.name)

    def _several(self, raw: Plain, context: Context) -> list[Any]:
        if isinstance(raw, str):
            listed = raw.strip().startswith("[")
            items = from_yaml(raw) if listed else [item.strip() for item in raw.split(",")]
            raw = [item for item in items if item != ""]
        if not isinstance(raw, list):
            raise UsageError(f"{self.name} is no list.", "Separate its values by commas.")
        choices = self.choices(context)
        taken = []
        for item in raw:
            fits = [t for t, c in choices.items() if item in (t, c) or str(item) == t]
            if not fits:
                hint = f"Choose from: {', '.join(choices)}."
                raise UsageError(f"There is no {self.name} {item!r}.", hint)
            taken.append(fits[0])
        return [self._cast(choices[typed], context) for typed in choices if typed in taken]

    def _cast(self, raw: Plain, context: Context) -> Plain:
        return cast(self.type_name(context), raw, self.name)
