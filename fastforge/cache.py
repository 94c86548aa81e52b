"""The user's own cache folder, for compiled code of ours."""

import os
from pathlib import Path

_MARK = ".fastforge/project.yml"


def cache_folder(name: str) -> Path | None:
    """Make and give the folder of what we keep as `name`; None if there can be none.

    What lies there is run, so it is no folder that could have come with a project.
    """
    given = os.environ.get("XDG_CACHE_HOME", "")
    home = Path(given if Path(given).is_absolute() else os.path.expanduser("~/.cache"))  # noqa: PTH111
    folder = home / "fastforge" / name
    if not home.is_absolute() or any((top / _MARK).exists() for top in folder.parents):
        return None
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:  # read-only
        return None
    return folder if os.access(folder, os.W_OK) else None
