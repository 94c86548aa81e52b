"""What the pages are made of besides HTML: style, script and icon."""

from hashlib import sha256
from pathlib import Path

TYPES = {"ops.css": "text/css", "ops.js": "text/javascript", "ops.svg": "image/svg+xml"}
FILES = {name: (Path(__file__).parent / "static" / name).read_bytes() for name in TYPES}
VERSION = sha256(b"".join(FILES.values())).hexdigest()[:12]
"""In the URLs of the files, so that a browser may keep them until they change."""
