"""The settings that a service reads from its environment, found in its sources: new and gone."""

import ast
from collections.abc import Iterator, Mapping

from fastforge.project.sources import assigned


def settings_in(tree: Mapping[str, bytes]) -> set[str]:
    """Give the variables that the classes of settings in a tree read, such as DATABASE_URL."""
    sources = (
        text for path, text in tree.items() if path.startswith("src/") and path.endswith(".py")
    )
    return {name for text in sources if b"BaseSettings" in text for name in _settings(text)}


def _settings(source: bytes) -> Iterator[str]:
    module = ast.parse(source)
    texts = {
        name: value.value for name, value in assigned(module) if isinstance(value, ast.Constant)
    }
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef) and "BaseSettings" in map(ast.unparse, node.bases):
            prefix = next(_prefixes(node, texts), "")
            for field in node.body:
                match field:
                    case ast.AnnAssign(target=ast.Name(id=name)) if name != "model_config":
                        yield f"{prefix}{name}".upper()


def _prefixes(settings: ast.ClassDef, texts: Mapping[str, object]) -> Iterator[str]:
    for node in ast.walk(settings):
        match node:
            case ast.keyword(arg="env_prefix", value=ast.Constant(value=str(prefix))):
                yield prefix
            case ast.keyword(arg="env_prefix", value=ast.Name(id=name)):
                yield str(texts.get(name, ""))
