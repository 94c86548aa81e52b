"""What a project's parts were when they were recorded, and what they are in another version."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from fastforge.changes.staging import write_files
from fastforge.errors import FastforgeError
from fastforge.parts.part import moved_with_package
from fastforge.project.project import Project, record_at
from fastforge.project.record import FOLDER, PROJECT_RECORD, Record, digest, record_of
from fastforge.project.sources import files_of
from fastforge.project.trust import templates_for
from fastforge.releases.releases import rendered
from fastforge.releases.request import Made, Request, Wanted
from fastforge.render import Tree

KINDS = ("task", "module", "job")


@dataclass(frozen=True, slots=True)
class Side:
    """The files of all parts of a project, and the record of each part."""

    tree: dict[str, bytes]
    records: tuple[Record, ...]


def records_of(project: Project) -> tuple[Record, ...]:
    """Give all records of a project, its own first, with their files where the package is now."""
    folders = [project.root / FOLDER / f"{kind}s" for kind in KINDS]
    files = (file for folder in folders for file in files_of(folder, ".yml"))
    paths = [file.relative_to(project.root).as_posix() for file in files]
    parts = [record_at(project.root, path) for path in paths]
    records = (project.record, *parts)
    for path, record in zip((PROJECT_RECORD, *paths), records, strict=True):
        if record.path != path:
            problem = f"{path} is the record of something else: {record.kind} {record.name}."
            raise FastforgeError(problem, "Restore it from version control.")
    return tuple(moved_with_package(project, record) for record in records)


def as_recorded(project: Project, records: Sequence[Record]) -> Side:
    """Render each part as the version that its record names does, with the answers it names."""
    by_version = defaultdict(list)
    for record in records[1:]:
        by_version[record.version].append(record)
    own = by_version.pop(project.record.version, [])
    made = rendered(project.record.version, _request(project, project.record.answers, own))
    assert made.project is not None  # noqa: S101 (without `around` it is rendered)
    trees = [made.project.tree, *(part.tree for part in made.parts)]
    if by_version:
        trees += _made_later(project, by_version, trees)
    return Side({path: text for tree in trees for path, text in tree.items()}, tuple(records))


def _made_later(
    project: Project, by_version: Mapping[str, Sequence[Record]], around: Sequence[Tree]
) -> list[Tree]:
    """Render parts that are of other versions than the project that they are in."""
    with TemporaryDirectory(prefix="fastforge-base-") as folder:
        for tree in around:
            write_files(tree, Path(folder))
        requests = {
            version: _request(project, project.record.answers, parts, Path(folder))
            for version, parts in by_version.items()
        }
        made = (part for one in requests for part in rendered(one, requests[one]).parts)
        return [part.tree for part in made]


def as_in(
    version: str, project: Project, records: Sequence[Record], answers: Mapping[str, object]
) -> Side:
    """Render all parts as `version` does, the project with other answers."""
    made = rendered(version, _request(project, answers, records[1:]))
    assert made.project is not None  # noqa: S101 (without `around` it is rendered)
    parts = (made.project, *made.parts)
    return Side(
        {path: text for part in parts for path, text in part.tree.items()},
        tuple(_record(old, part, version) for old, part in zip(records, parts, strict=True)),
    )


def base_of(
    project: Project, side: Side, yours: Mapping[str, bytes]
) -> tuple[dict[str, bytes], list[str]]:
    """Give each file as it was when it was made, and those of which that cannot be told, sorted.

    A file that its record's digest says is unedited is its own base, whatever a render gives. One
    that no render gives as it was is merged with the nearest there is. In a package that the user
    renamed no digest can fit, so there nothing is told.
    """
    base, unsure = {}, []
    for path, value in _digests(side.records):
        content = yours.get(path)
        if content is None or digest(content) != value:
            content = side.tree.get(path, b"" if content is None else None)
            if content is None or digest(content) != value:
                unsure.append(path)
        if content is not None:
            base[path] = content
    is_renamed = project.package.name != project.answers.package
    return base, [] if is_renamed else sorted(unsure)


def _digests(records: Sequence[Record]) -> Iterator[tuple[str, str]]:
    for record in records:
        yield from record.digests.items()


def _request(
    project: Project,
    answers: Mapping[str, object],
    parts: Sequence[Record],
    around: Path | None = None,
) -> Request:
    wanted = tuple(Wanted(part.kind, part.name, part.answers) for part in parts)
    kinds = {part.kind for part in parts}
    folders = [templates_for(project, kind) for kind in sorted(kinds)]
    overrides = next((folder for folder in folders if folder), None)
    return Request(project.package.name, answers, wanted, around, overrides)


def _record(old: Record, made: Made, version: str) -> Record:
    digests = record_of(old.kind, old.name, made.answers, made.tree).digests
    return Record(old.kind, old.name, made.answers, digests, version)
