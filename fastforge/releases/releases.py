"""The releases that this fastforge can render: the packed ones, and itself."""

import re
import subprocess
import sys
from pathlib import Path

from fastforge import __version__
from fastforge.environment.variables import for_release
from fastforge.errors import FastforgeError, UsageError
from fastforge.releases.pipes import read_response, write_request
from fastforge.releases.request import Request, Response
from fastforge.releases.unpacking import unpacked

_VERSION = re.compile(r"\d+\.\d+\.\d+", re.ASCII)
_START = (
    "import sys; sys.path[:] = sys.argv[1:]; from fastforge.releases.rendering import main; main()"
)


def packed_releases() -> Path:
    """Give the folder of the archives: in the wheel, or at the top of a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "_releases"
    return inside if inside.is_dir() else package.parent / "releases" / "packed"


def versions() -> tuple[str, ...]:
    """Give all versions that can be rendered, oldest first; this fastforge is one of them."""
    packed = (path.stem for path in packed_releases().glob("*.zip"))
    found = {__version__, *(name for name in packed if _VERSION.fullmatch(name))}
    return tuple(sorted(found, key=as_numbers))


def as_numbers(version: str) -> tuple[int, ...]:
    """Give what a version is compared by."""
    return tuple(map(int, version.split(".")))


def rendered(version: str, request: Request) -> Response:
    """Render parts as the release `version` does: this one in this process, others in their own.

    Raises UsageError for a version that is not known, or answers that the release cannot take.
    """
    if version not in (known := versions()):
        problem = f"fastforge {__version__} cannot render what {version!a} made."
        raise UsageError(problem, f"It knows {', '.join(known)}; a newer fastforge may know more.")
    if version == __version__:
        from fastforge.releases.rendering import response_to

        return response_to(request)
    return _of_process(version, request)


def _of_process(version: str, request: Request) -> Response:
    libraries = [str(Path(place).absolute()) for place in sys.path if place]
    with unpacked(packed_releases() / f"{version}.zip") as release:
        done = subprocess.run(
            [sys.executable, "-I", "-c", _START, str(release.folder), *libraries],
            cwd=release.folder,
            env=for_release(release.cache),
            input=write_request(request),
            capture_output=True,
            check=False,
        )
    try:
        return read_response(done.stdout)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        lines = done.stderr.decode(errors="replace").split("\n")
        said = next((line for line in reversed(lines) if line.strip()), "it said nothing")
        problem = f"fastforge {version}, which made a part of this project, has failed: {said}"
        raise FastforgeError(problem) from error
