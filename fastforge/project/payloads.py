"""The parameters of a task, read from the class of its payload without running it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from fastforge.project.sources import parse


@dataclass(frozen=True, slots=True)
class Parameter:
    """A field of a payload, as Python source; `default` is None if it must be given."""

    name: str
    type: str
    default: str | None = None

    def __str__(self) -> str:
        """Write it as it is declared."""
        return f"{self.name}: {self.type}" + (f" = {self.default}" if self.default else "")


def parameters(
    source: Path, payload: ast.expr | None, package: Path
) -> tuple[Parameter, ...] | None:
    """Give the fields of the class that `payload` names in a source file of a package.

    None if the class is not one of the package's own, or is named by more than a name.
    """
    if not isinstance(payload, ast.Name):
        return None
    found = _find_class(source, payload.id, package, frozenset())
    return None if found is None else tuple(_fields(*found, package).values())


_Found = tuple[Path, ast.ClassDef]


def _find_class(source: Path, name: str, package: Path, seen: frozenset[Path]) -> _Found | None:
    """Find a class where a file declares it, or where the file imports it from."""
    if source in seen:
        return None
    for statement in parse(source).body:
        match statement:
            case ast.ClassDef() if statement.name == name:
                return source, statement
            case ast.ImportFrom():
                for alias in statement.names:
                    origin = _origin(source, statement, package)
                    if (alias.asname or alias.name) == name and origin:
                        return _find_class(origin, alias.name, package, seen | {source})
    return None


def _origin(source: Path, statement: ast.ImportFrom, package: Path) -> Path | None:
    """Give the file of the package that an import takes names from."""
    start = source.parents[statement.level - 1] if statement.level else package.parent
    module = start.joinpath(*(statement.module or "").split("."))
    files = (module.with_suffix(".py"), module / "__init__.py")
    return next((file for file in files if package in file.parents and file.is_file()), None)


def _fields(source: Path, declared: ast.ClassDef, package: Path) -> dict[str, Parameter]:
    fields: dict[str, Parameter] = {}
    for base in declared.bases:
        if isinstance(base, ast.Name) and base.id != declared.name:
            found = _find_class(source, base.id, package, frozenset())
            fields |= _fields(*found, package) if found else {}
    return fields | {field.name: field for field in _own_fields(declared)}


def _own_fields(declared: ast.ClassDef) -> Iterator[Parameter]:
    for statement in declared.body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value):
                kind = ast.unparse(annotation)
                if not name.startswith("_") and not kind.startswith("ClassVar"):
                    yield _with_default(Parameter(name, kind), value)


def _with_default(field: Parameter, value: ast.expr | None) -> Parameter:
    match value:
        case None:
            return field
        case ast.Call(func=ast.Name(id="Field"), args=args, keywords=keywords):
            given = {word.arg: word.value for word in keywords}
            if factory := given.get("default_factory"):
                return replace(field, default=f"{ast.unparse(factory)}()")
            default = args[0] if args else given.get("default")
            return replace(field, default=None if default is None else ast.unparse(default))
        case _:
            return replace(field, default=ast.unparse(value))
