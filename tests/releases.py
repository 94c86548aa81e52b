"""Three small releases, 0.2.1, 0.3.0 and 0.4.0, for tests of what happens between versions.

`use(patch, folder)` puts them in the place of the packed ones; the installed fastforge stays known.
They render in this process, in less than a millisecond, unless `processes` is said.
"""

import importlib.util
import json
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from fastforge.releases import releases
from fastforge.releases.pipes import read_response, write_request
from fastforge.releases.request import Request, Response
from tests import small_rendering
from tests.conftest import REPOSITORY
from tests.small_rendering import Small
from tests.small_templates import FIRST, SECOND, THIRD

_BY_PROCESS = releases._of_process
SMALL = ("0.2.1", "0.3.0", "0.4.0")


def use(patch: pytest.MonkeyPatch, folder: Path, *, processes: bool = False) -> None:
    """Let fastforge know the small releases alone, and itself; `folder` keeps their archives."""
    for version in SMALL:
        archive = folder / f"{version}.zip"
        if not archive.exists():
            archive.write_bytes(pack_script().archive(version, "0" * 40, files_of(version)))
    patch.setattr(releases, "packed_releases", lambda: folder)
    patch.setattr(releases, "_of_process", _BY_PROCESS if processes else _in_this_process)


def use_until_the_end(folder: Path) -> None:
    """Do the same for the rest of this process, which is a test's own."""
    use(pytest.MonkeyPatch(), folder)


@cache
def files_of(version: str) -> dict[str, bytes]:
    """Give the files of a small release, as they are packed."""
    return {
        "fastforge/__init__.py": f'__version__ = "{version}"\n'.encode(),
        "fastforge/releases/__init__.py": b"",
        "fastforge/releases/rendering.py": Path(small_rendering.__file__).read_bytes(),
        **{f"templates/{path}": content for path, content in _templates(version).items()},
    }


@cache
def pack_script() -> ModuleType:
    """Load `releases/pack.py`."""
    path = REPOSITORY / "releases" / "pack.py"
    spec = importlib.util.spec_from_file_location("pack", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def _release(version: str) -> Small:
    return Small(_templates(version))


def _templates(version: str) -> dict[str, bytes]:
    whole = {}
    for changes in (FIRST, SECOND, THIRD)[: SMALL.index(version) + 1]:
        whole |= changes
    texts = {path: text for path, text in whole.items() if text is not None}
    return {path: text.encode() if isinstance(text, str) else text for path, text in texts.items()}


def _in_this_process(version: str, request: Request) -> Response:
    answer = _release(version).respond(json.loads(write_request(request)))
    return read_response(json.dumps(answer).encode())
