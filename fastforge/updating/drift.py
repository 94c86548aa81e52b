"""What a user has changed since a project was made, against a fresh render of what was made."""

from dataclasses import dataclass

from fastforge.changes.plan import Action, Change, Plan
from fastforge.project.project import Project
from fastforge.updating.renamed import renamed_modules, under_new_names
from fastforge.updating.sides import as_recorded, base_of, records_of
from fastforge.updating.versions import chosen
from fastforge.updating.yours import read_yours

UNSURE = "How these were made cannot be told, so what is shown of them is not sure: {}"


@dataclass(frozen=True, slots=True)
class Drift:
    """The changes from what was made to what is there; `unsure` are files of another making."""

    plan: Plan
    unsure: list[str]

    @property
    def states(self) -> dict[str, str]:
        """Give "edited" or "gone" for each file that is not as it was made."""
        gone = {change.path for change in self.plan.pending if change.after is None}
        return {c.path: "gone" if c.path in gone else "edited" for c in self.plan.pending}

    def as_json(self) -> list[dict[str, str]]:
        """Give it for machines."""
        return [{"path": path, "state": state} for path, state in self.states.items()]


def drift(project: Project) -> Drift:
    """Compare a project with a render of each part at the version and answers of its record.

    Raises UsageError for a version that is not known here.
    """
    records = records_of(project)
    chosen(None, records)
    yours = read_yours(project.root, {path for record in records for path in record.digests})
    made = as_recorded(project, records)
    made = under_new_names(made, renamed_modules(made, yours))
    base, unsure = base_of(project, made, yours)
    changes = (_change(path, base[path], yours.get(path)) for path in sorted(base))
    return Drift(Plan(project.root, tuple(changes)), unsure)


def _change(path: str, made: bytes, there: bytes | None) -> Change:
    action = Action.UNCHANGED if made == there else Action.REPLACE
    return Change(path, Action.REMOVE if there is None else action, made, there)
