"""The project's own environment: made by uv, and how programs are run in it.

Compiling all of its bytecode up front (`uv sync --compile-bytecode`) costs 4.5 s on two cores, most
of it for modules that nobody imports.
"""

import shlex
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from fastforge.environment.variables import for_uv
from fastforge.errors import SetupError

_CAUSES = (
    (
        ("No interpreter found", "No download found", "Python interpreter not found"),
        "there is no Python {python} on this machine",
        "Install it, or choose another with --python.",
    ),
    (
        ("No space left on device",),
        "the disk is full",
        "Make room (`uv cache clean` frees what uv keeps).",
    ),
    (
        ("Permission denied", "Read-only file system"),
        "a folder cannot be written",
        "Check who owns the project's folder and uv's cache.",
    ),
    (
        (
            "error sending request",
            "Failed to fetch",
            "dns error",
            "Network",
            "Connection refused",
            "operation timed out",
            "offline",
            "network was disabled",
        ),
        "the package index cannot be reached",
        "Check the network and proxy settings.",
    ),
)
"""What uv says, what it means, and what to do; the first that fits."""

_INTO = ("--python", ".venv", "--exact", "--no-progress")
_LEFT = "the lock of the workspace {} is left as it is, `uv lock` there adds the project"


def uv_binary() -> str:
    """Give the path of the uv that came with fastforge; raises SetupError if it is gone."""
    try:
        from uv import find_uv_bin

        return str(find_uv_bin())
    except (ImportError, FileNotFoundError) as error:
        hint = "Install it with `pip install uv`."
        problem = "The program uv, which sets projects up, was not found."
        raise SetupError(problem, hint) from error


def child_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Give the environment variables for uv and for programs that it runs."""
    return {**for_uv(), **(extra or {})}


def program(root: Path, name: str) -> str:
    """Give the path of a program in the project's environment."""
    return str(root / ".venv" / "bin" / name)


def interpreter(python: str) -> str:
    """Give the running Python if it is of the version asked for (no search), else the version."""
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    return sys.executable if running == python else python


def set_up(root: Path, python: str | None = None) -> str:
    """Lock and install the project's dependencies; give a summary such as "61 packages".

    Without `python` the project's own `.python-version` decides. Raises SetupError if uv, Python,
    the disk or the network is missing.
    """
    chosen = ["--python", python] if python else []
    workspace = _workspace(root)
    if workspace is None:
        _run(root, python, "sync", "--project", str(root), "--no-progress", *chosen)
    else:
        _run(root, python, "venv", "--quiet", "--allow-existing", *chosen, str(root / ".venv"))
        _run(root, python, "pip", "install", *_INTO, "--editable", str(root), "--group", "dev")
    packages = f"{len(list(root.glob('.venv/lib/*/site-packages/*.dist-info')))} packages"
    return packages if workspace is None else f"{packages}; {_LEFT.format(workspace)}"


def _workspace(root: Path) -> Path | None:
    """Give the uv workspace that the project is a member of, if it is one of another's.

    `uv sync` would write to its lock file, and put what it installs into the environment that its
    members share: that is not ours to do.
    """
    if not any((above / "pyproject.toml").is_file() for above in root.parents):
        return None
    command = [uv_binary(), "workspace", "dir", "--project", str(root)]
    asked = subprocess.run(
        command, cwd=root, env=child_environment(), capture_output=True, text=True, check=False
    )
    said = asked.stdout.strip()  # an older uv does not know the question
    found = Path(said).resolve() if said and not asked.returncode else root.resolve()
    return None if found == root.resolve() else found


def _run(root: Path, python: str | None, *arguments: str) -> None:
    finished = subprocess.run(
        [uv_binary(), *arguments],
        cwd=root,
        env=child_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode:
        raise _explain(root, python, finished.stderr)


def _explain(root: Path, python: str | None, output: str) -> SetupError:
    folded = output.casefold()
    for phrases, cause, hint in _CAUSES:
        if any(phrase.casefold() in folded for phrase in phrases):
            again = f"{hint} Then run `fastforge verify -C {shlex.quote(str(root))}`."
            reason = cause.format(python=python or "that fits")
            return SetupError(f"The environment of {root} was not made: {reason}.", again)
    log = _keep(output)
    last = next((line for line in reversed(output.splitlines()) if line.strip()), "no output")
    problem = f"The environment of {root} was not made: uv said: {last.strip()}"
    return SetupError(
        problem,
        f"All it said is in {log}. Then run `fastforge verify -C {shlex.quote(str(root))}`.",
    )


def _keep(output: str) -> Path:
    with tempfile.NamedTemporaryFile(
        "w", prefix="fastforge-uv-", suffix=".log", delete=False
    ) as file:
        file.write(output)
    return Path(file.name)
