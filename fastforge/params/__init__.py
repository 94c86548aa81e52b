"""Parameters of tasks and fields of modules, as `--param` and `--field` take them.

It knows types, bounds and Python source. It knows no task, no module and no project.
"""

from fastforge.params.grammar import parse_param, parse_params
from fastforge.params.layout import field_source, import_lines, imports_of, item_name, item_source
from fastforge.params.param import Param

__all__ = [
    "Param",
    "field_source",
    "import_lines",
    "imports_of",
    "item_name",
    "item_source",
    "parse_param",
    "parse_params",
]
