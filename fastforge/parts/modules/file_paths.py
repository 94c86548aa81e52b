"""Where files are below their rows, and whether anything could send them there."""

from collections.abc import Sequence

from fastforge.errors import UsageError
from fastforge.parts.modules.files import files_of
from fastforge.parts.modules.module import ModuleAnswers
from fastforge.parts.modules.paths import nested_path
from fastforge.parts.modules.relations import relations_of
from fastforge.project.project import Project


def check_files(project: Project, name: str, texts: Sequence[str], chosen: Sequence[str]) -> None:
    """Raise UsageError if files could not be sent, or are where rows of another module are."""
    files = files_of(texts)
    if files and not {"replace", "change"} & {*chosen}:
        problem = f"The file `{files[0].name}` could never be sent: no route changes a row."
        raise UsageError(problem, "Choose replace or change with --routes, or leave the field out.")
    records = project.parts("module")
    known = {each.name: ModuleAnswers.from_dict(each.answers).fields for each in records}
    known[name] = tuple(texts)
    for module, fields in known.items():
        relations = relations_of(fields)
        for relation in relations:
            path = nested_path(module, relation, relations)
            for file in files_of(known.get(relation.module, ())):
                if name in {module, relation.module} and path.endswith(f"}}{file.path}"):
                    problem = (
                        f"The file `{file.name}` of {relation.module} and the rows of {module}"
                    )
                    problem += f" would both be at {path}."
                    raise UsageError(problem, "Choose another name.")
