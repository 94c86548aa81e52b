"""A new project: rendered into memory, compared with its folder, and written."""

from dataclasses import dataclass
from pathlib import Path

from fastforge.answers.project import ProjectAnswers
from fastforge.changes.plan import Plan, merged, plan_files
from fastforge.changes.staging import create_folder, explained, remove_empty
from fastforge.changes.transaction import apply, recover
from fastforge.errors import ConflictError
from fastforge.parts.project.target import check_target
from fastforge.project.project import Project
from fastforge.project.record import FOLDER, Record, record_of
from fastforge.render import Tree, render


@dataclass(frozen=True, slots=True)
class Creation:
    """A rendered project and what writing it would do."""

    answers: ProjectAnswers
    record: Record
    tree: Tree
    plan: Plan

    @property
    def project(self) -> Project:
        """The project, once it is written."""
        return Project(self.plan.target, self.record, self.answers)

    def write(self) -> None:
        """Write the whole project or nothing; nothing if it is there already."""
        if not self.plan.pending:
            return
        if not self.plan.target.exists():
            create_folder(self.tree, self.plan.target)
            return
        try:  # into the folder itself: somebody may be in it, or a repository
            apply(self.plan)
        finally:
            remove_empty(self.plan.target / FOLDER)


def prepare(answers: ProjectAnswers, parent: Path) -> Creation:
    """Render a project into memory and compare it with `parent/name`.

    Raises ConflictError if something else is there, UsageError inside another project.
    """
    target = parent.absolute() / answers.name
    with explained(f"{target} cannot be read"):
        check_target(target)
        if target.exists():  # a run that was killed
            recover(target)
            remove_empty(target / FOLDER)
        tree = render("project", answers.context())
        record = record_of("project", answers.name, answers.as_dict(), tree)
        whole = merged(tree, {record.path: record.content()})
        plan = plan_files(whole, target)
        refuse_other_contents(plan)
    return Creation(answers, record, whole, plan)


def _contents(target: Path) -> set[str]:
    return {path.name for path in target.iterdir()} if target.exists() else set()


def refuse_other_contents(plan: Plan) -> None:
    """Accept an absent or empty folder, one that holds a repository only, or this very project."""
    target = plan.target
    if _contents(target) <= {".git"}:
        return
    hint = "Choose another name, or remove the folder."
    differing = [change for change in plan.changes if change.action != "unchanged"]
    if len(differing) == len(plan.changes):
        raise ConflictError(f"{target} exists and is not empty.", hint)
    if differing:
        problem = f"{target} exists, and {differing[0].path} in it is not what this would write."
        raise ConflictError(problem, hint)
