"""Where a module answers."""

from collections.abc import Sequence

from fastforge.parts.modules.relations import Relation


def path_of(name: str) -> str:
    """Give where a module's routes begin: `/order-lines`."""
    return f"/{name.replace('_', '-')}"


def nested_path(module: str, relation: Relation, relations: Sequence[Relation]) -> str:
    """Give where the rows that refer to one row are listed: `/links/{link_id}/results`.

    Where the module refers to the other one more than once, the path says by which field.
    """
    several = [each.module for each in relations].count(relation.module) > 1
    by = f"-by-{relation.name}".replace("_", "-") if several else ""
    return f"{path_of(relation.module)}/{{{relation.field}}}{path_of(module)}{by}"


def relations_context(module: str, relations: Sequence[Relation]) -> list[dict[str, object]]:
    """Give what the template needs to know about each field that refers to a module."""
    return [
        {
            "field": relation.field,
            "unique": relation.unique,
            "name": relation.name,
            "words": relation.name.replace("_", " "),
            "table": relation.module,
            "on_delete": relation.on_delete,
            "owned": relation.owned,
            "path": nested_path(module, relation, relations),
        }
        for relation in relations
    ]
