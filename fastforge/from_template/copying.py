"""Copier's own work, called in a process of its own by `called_apart`.

Only what is public in Copier is used. Its user's defaults count here; whom its user trusts does
not: what a template may run is said with `--trust` alone.
"""

from collections.abc import Callable, Mapping
from typing import Any

from fastforge.from_template.values import Plain


def copied(request: Mapping[str, Any]) -> dict[str, str]:
    """Render a template into a folder: `source`, `ref`, `into`, `data`, `answers_file`, `trust`.

    Gives nothing, or the kind and the words of the error.
    """
    from copier import run_copy

    return _told(lambda: run_copy(request["source"], **_options(request)))


def updated(request: Mapping[str, Any]) -> dict[str, str]:
    """Update what `copied` has rendered, in a repository of its own; the request is the same."""
    from copier import run_update

    return _told(lambda: run_update(conflict="inline", skip_answered=True, **_options(request)))


def _options(request: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "dst_path": request["into"],
        "data": request["data"],
        "answers_file": request["answers_file"],
        "vcs_ref": request["ref"],
        "unsafe": request["trust"],
        "settings": _settings(),
        "defaults": True,
        "overwrite": True,
        "quiet": True,
    }


def _settings() -> Plain:
    from copier import Settings, load_settings

    return Settings(defaults=load_settings().defaults)


def _told(work: Callable[[], object]) -> dict[str, str]:
    try:
        work()
    except Exception as error:  # noqa: BLE001 (whatever a template can cause is told as a sentence)
        return {"kind": type(error).__name__, "words": str(error)}
    return {}
