"""Where a module answers."""

from fastforge.parts.modules.relations import Relation


def path_of(name: str) -> str:
    """Give where a module's routes begin: `/order-lines`."""
    return f"/{name.replace('_', '-')}"


def nested_path(module: str, relation: Relation, *, alone: bool) -> str:
    """Give where the rows that refer to one row are listed: `/links/{link_id}/results`.

    Where the module refers to the other one more than once, the path says by which field.
    """
    by = "" if alone else f"-by-{relation.name}".replace("_", "-")
    return f"{path_of(relation.module)}/{{{relation.name}_id}}{path_of(module)}{by}"
