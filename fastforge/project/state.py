"""What is remembered about a project, in the user's own folder: no clone can bring it along."""

import errno
import os
from pathlib import Path

from fastforge.project.paths import holds


def own_folder(name: str, root: Path) -> Path:
    """Give the folder of what we keep about the project `root`; it may not be there yet.

    Raises OSError if the user has no folder for such things outside of the project.
    """
    given = os.environ.get("XDG_STATE_HOME", "")
    state = given if Path(given).is_absolute() else os.path.expanduser("~/.local/state")  # noqa: PTH111
    if not Path(state).is_absolute() or holds(root, Path(state)):
        raise FileNotFoundError(errno.ENOENT, "no folder of the user's outside of it", str(root))
    return Path(state, "fastforge", name)


def keep(folder: Path, name: str, content: str) -> None:
    """Write a file of ours for nobody else to read; raises OSError if that cannot be."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f"{name}.{os.getpid()}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(content)
    os.replace(draft, folder / name)  # noqa: PTH105
