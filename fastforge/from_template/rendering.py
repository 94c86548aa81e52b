"""The Jinja of a template's questions, as Copier sets it up: defaults, conditions, validators."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastforge.errors import FastforgeError, UsageError
from fastforge.from_template.config import Config
from fastforge.from_template.values import Plain
from fastforge.project.paths import read_inside

if TYPE_CHECKING:
    from jinja2 import Environment

_FILTERS = "jinja2_ansible_filters.AnsibleCoreFiltersExtension"
"""The filters that Copier gives to every template."""

_WRONG = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What a template can raise besides its own errors."""

MISSING = object()
"""The default of a question that has none."""


class Rendering:
    """Renders values of a template's questions; `known` is what each of them may use.

    With `trust` the template's own extensions of Jinja are loaded, which are code.
    """

    def __init__(self, config: Config, folder: Path, name: str, *, trust: bool) -> None:
        self._environment = _environment(config, folder, trust=trust)
        self.known: Mapping[str, Any] = {
            "_copier_conf": {
                "src_path": str(folder),
                "sep": os.sep,
                "os": {"linux": "linux", "darwin": "macos"}.get(sys.platform),
            },
            "_copier_phase": "prompt",
            "_copier_python": sys.executable,
            "_folder_name": name,
        }

    def rendered(self, value: Plain, context: Mapping[str, Any], whose: str) -> Plain:
        """Render a text, or the texts in a list; all else is given as it is.

        A text that uses `UNSET` is MISSING. Raises UsageError for what is `whose` and wrong.
        """
        from jinja2 import TemplateError

        if isinstance(value, list):
            return [self.rendered(item, context, whose) for item in value]
        if not isinstance(value, str):
            return value
        unset = _unset()
        try:
            return self._environment.from_string(value).render({**context, "UNSET": unset})
        except (TemplateError, *_WRONG) as error:
            if isinstance(error, unset._undefined_exception):  # noqa: SLF001 (Jinja documents it)
                return MISSING
            problem = f"The template's question {whose} cannot be rendered: {error}."
            hint = f"Answer it with --data {whose}=VALUE, and tell whoever wrote the template."
            raise UsageError(problem, hint) from error


def _unset() -> Plain:
    from jinja2 import StrictUndefined, UndefinedError

    class UnsetError(UndefinedError):
        """Somebody used `UNSET`."""

    return StrictUndefined("UNSET", exc=UnsetError)


def _environment(config: Config, folder: Path, *, trust: bool) -> "Environment":
    import jinja2
    from jinja2.sandbox import SandboxedEnvironment

    def source(name: str) -> str | None:
        try:
            return read_inside(folder, name).decode()
        except (FastforgeError, OSError, UnicodeDecodeError):
            return None

    try:
        options = dict(config.settings.get("envops") or {})
        options.setdefault("keep_trailing_newline", True)
        if options.pop("undefined", None) == "jinja2.StrictUndefined":
            options["undefined"] = jinja2.StrictUndefined
        own = config.settings.get("jinja_extensions") or () if trust else ()
        loader = jinja2.FunctionLoader(source)
        return SandboxedEnvironment(loader=loader, extensions=[_FILTERS, *own], **options)
    except (ImportError, AssertionError, *_WRONG) as error:
        problem = f"The template's Jinja cannot be set up: {error}."
        raise UsageError(problem, "Install its extensions where fastforge is installed.") from error
