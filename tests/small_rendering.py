"""What renders in the small releases of `tests/releases.py`: it is packed into each of them.

It knows nothing of a project: questions, their defaults and what became of former ones are in the
`copier.yml` of each template, so that releases of templates alone can differ in all of these.
"""

import base64
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from jinja2 import DictLoader, Environment, StrictUndefined

Files = Mapping[str, bytes]


class RefusedError(Exception):
    """Answers that the release cannot take."""


class Small:
    """A release with the files of its `templates/`."""

    def __init__(self, templates: Files) -> None:
        texts = {path: content.decode() for path, content in templates.items() if _is_text(path)}
        names = [path.split("/", 2)[2] for path in templates if "/template/" in path]
        self.templates = templates
        self.kinds = {
            path.split("/")[0]: yaml.safe_load(text)
            for path, text in texts.items()
            if path.endswith("/copier.yml")
        }
        loader = DictLoader({**texts, **{f"<{name}>": name for name in names}})
        self.jinja = Environment(  # noqa: S701
            loader=loader, undefined=StrictUndefined, keep_trailing_newline=True
        )

    def respond(self, request: Mapping[str, Any]) -> dict[str, object]:
        """Answer a request, both as JSON has them."""
        try:
            made = [
                self._made(one["kind"], one["answers"], request["package"], request["overrides"])
                for one in request["parts"]
            ]
            project = None
            if not request["around"]:
                project = self._made("project", request["project"], request["package"], None)
        except RefusedError as error:
            return {"error": {"message": str(error), "hint": "Mend the record."}}
        return {"project": project, "parts": made}

    def _made(
        self, kind: str, saved: Mapping[str, object], package: str, overrides: str | None
    ) -> dict[str, object]:
        own = Path(overrides, kind) if overrides else None
        source = Small(_read(own.parent)) if own and own.is_dir() else self
        answers = self._answers(kind, saved)
        tree = source.tree(kind, {**answers, "package": package})
        coded = {path: base64.b64encode(content).decode() for path, content in tree.items()}
        return {"answers": answers, "tree": coded}

    def tree(self, kind: str, context: Mapping[str, object]) -> dict[str, bytes]:
        """Render a template; a path with an empty segment is left out."""
        start = f"{kind}/template/"
        tree = {}
        for name in sorted(name for name in self.templates if name.startswith(start)):
            place = name.removeprefix(start)
            path = self.jinja.get_template(f"<{place}>").render(context).removesuffix(".jinja")
            if all(path.split("/")):
                tree[path] = (
                    self.jinja.get_template(name).render(context).encode()
                    if name.endswith(".jinja")
                    else self.templates[name]
                )
        return tree

    def _answers(self, kind: str, saved: Mapping[str, object]) -> dict[str, object]:
        if kind not in self.kinds:
            raise RefusedError(f"There is no kind of part {kind!a}.")
        asked = {name: told for name, told in self.kinds[kind].items() if name[0] != "_"}
        former = self.kinds[kind].get("_former", {})
        read = {former.get(name, name): value for name, value in saved.items()}
        read.pop(None, None)
        if unknown := read.keys() - asked.keys():
            raise RefusedError(f"The saved answer `{min(unknown)}` is unknown to this version.")
        for name, value in read.items():
            if type(value) is not {"str": str, "bool": bool, "int": int}[asked[name]["type"]]:
                raise RefusedError(f"The saved answer `{name}` cannot be {value!a}.")
        if missing := {name for name in asked if "default" not in asked[name]} - read.keys():
            raise RefusedError(f"The saved answers lack {min(missing)}.")
        return {name: read.get(name, asked[name].get("default")) for name in asked}


def _is_text(path: str) -> bool:
    return path.endswith((".jinja", ".yml"))


def _read(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def main() -> None:
    """Do as a release does: a request on standard input, the response on standard output."""
    release = Small(_read(Path(__file__).parents[2] / "templates"))
    response = release.respond(json.loads(sys.stdin.buffer.read()))
    sys.stdout.buffer.write(json.dumps(response).encode())
