"""Pack a release: `python releases/pack.py VERSION COMMIT` writes `releases/packed/VERSION.zip`.

The same commit gives the same bytes with any Python. So nothing is compressed in the archive: zlib
gives other bytes from build to build, and the wheel and git compress it anyway.
"""

import hashlib
import io
import json
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKED = HERE / "packed"
DIGESTS = HERE / "SHA256SUMS"
MANIFEST = "release.json"
ROOMS = ("fastforge", "templates")
"""What renders: the package and its templates."""

_RENDERING = "fastforge/releases/rendering.py"
_UNIX, _MODE = 3, 0o100644


def main(version: str, commit: str) -> None:
    """Write the archive of a version and say where."""
    identity = _git("rev-parse", f"{commit}^{{commit}}").decode().strip()
    content = archive(version, identity, files_of(version, identity))
    PACKED.mkdir(exist_ok=True)
    path = PACKED / f"{version}.zip"
    path.write_bytes(content)
    archives = sorted(PACKED.glob("*.zip"))
    DIGESTS.write_text("".join(f"{_digest(one)}  {one.name}\n" for one in archives))
    print(f"{path}: {len(content)} bytes")


def files_of(version: str, commit: str) -> dict[str, bytes]:
    """Give the files of a release, with the adapter where it cannot be asked to render."""
    whole = io.BytesIO(_git("-c", "core.autocrlf=false", "archive", "--format=tar", commit, *ROOMS))
    with tarfile.open(fileobj=whole) as packed:
        files = {
            member.name: content.read()
            for member in packed
            if (content := packed.extractfile(member)) is not None
        }
    said = f'__version__ = "{version}"'
    if said not in files["fastforge/__init__.py"].decode():
        raise SystemExit(f"{commit} is another version: there is no {said} in its package.")
    if _RENDERING not in files:
        files["fastforge/releases/__init__.py"] = b""
        files[_RENDERING] = (HERE / "adapters" / f"{version}.py").read_bytes()
    return files


def archive(version: str, commit: str, files: Mapping[str, bytes]) -> bytes:
    """Give the bytes of an archive; the same files give the same bytes."""
    manifest = json.dumps({"version": version, "commit": commit}) + "\n"
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as packed:
        for path, content in sorted({**files, MANIFEST: manifest.encode()}.items()):
            entry = zipfile.ZipInfo(path)  # of 1980
            entry.create_system, entry.external_attr = _UNIX, _MODE << 16
            packed.writestr(entry, content, zipfile.ZIP_STORED)
    return written.getvalue()


def commit_of(packed: zipfile.ZipFile) -> str:
    """Give the commit that an archive was packed from."""
    commit: str = json.loads(packed.read(MANIFEST))["commit"]
    return commit


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _git(*arguments: str) -> bytes:
    done = subprocess.run(["git", *arguments], cwd=HERE.parent, stdout=subprocess.PIPE, check=True)
    return done.stdout


if __name__ == "__main__":
    main(*sys.argv[1:])
