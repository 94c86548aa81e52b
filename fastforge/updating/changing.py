"""Other answers for one part of a project: the merge of an update, within one version."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from fastforge import __version__
from fastforge.changes.plan import read_file
from fastforge.errors import UsageError
from fastforge.parts.adding import Wishes
from fastforge.parts.part import saved
from fastforge.project.paths import inside
from fastforge.project.project import Project
from fastforge.project.record import Record, digest
from fastforge.render import Tree
from fastforge.updating import carrying
from fastforge.updating.saved import refuse_under_way
from fastforge.updating.update import prepare

if TYPE_CHECKING:
    from fastforge.verify.report import Report


def part_to_change(project: Project, kind: str, name: str) -> Record:
    """Give the record of a part; raises UsageError if there is none, or of another version."""
    refuse_under_way(project.root)
    record = saved(project, kind, name)
    if record is None:
        problem = f"There is no {kind} {ascii(name)[1:-1]} that `fastforge add-{kind}` made."
        raise UsageError(problem, "See what there is: fastforge list")
    for one in (project.record, record):
        if one.version != __version__:
            problem = f"fastforge {one.version} made the {one.kind} {one.name}."
            raise UsageError(problem, "Bring all to this version first: fastforge update")
    return record


def change(
    project: Project,
    record: Record,
    answers: Mapping[str, object],
    wishes: Wishes,
    revision: Tree = MappingProxyType({}),
) -> None:
    """Make a part what its new answers say; only this part is verified, unless `full` is wished.

    `revision` is what is written besides, if its table changes. Raises ConflictError where its user
    says otherwise, VerificationError if a check fails.
    """

    def verification() -> "Report | None":
        if not wishes.verify:
            return None
        from fastforge.updating.verifying import check

        now = saved(project, record.kind, record.name) or record
        sources = [path for path in (*now.digests, *revision) if path.endswith(".py")]
        return check(project.root, full=wishes.full, as_json=wishes.as_json, sources=sources)

    merged = prepare(project, None, {}, {record.path: answers})
    outcome = replace(merged, files={**merged.files, **revision})
    how = carrying.Wishes(dry_run=wishes.dry_run, diff=wishes.diff, as_json=wishes.as_json)
    carrying.carry_out(outcome, how, verification, _unedited(project.root, record))


def _unedited(root: Path, record: Record) -> list[str]:
    """Give the files of a part that are as they were made: to make them again loses nothing."""
    there = {path: read_file(inside(root, path)) for path in record.digests}
    same = [path for path, text in there.items() if text and digest(text) == record.digests[path]]
    return [*same, record.path]
