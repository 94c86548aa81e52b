"""The three-way merge of whole trees, and what became of each file that both sides touched."""

from dataclasses import dataclass, field

from fastforge.merging.clashes import without_clashes
from fastforge.merging.contents import contents
from fastforge.merging.fates import Fate, Told
from fastforge.merging.git import repository
from fastforge.merging.outcomes import outcome
from fastforge.merging.renames import Trees, paired
from fastforge.render import Tree

__all__ = ["Fate", "Merge", "Told", "merge"]


@dataclass(frozen=True, slots=True)
class Merge:
    """The outcome: `files` is what changes in the user's tree (None: the file goes).

    A file that is the same as the user's is not in it.
    """

    files: dict[str, bytes | None] = field(default_factory=dict)
    told: tuple[Told, ...] = ()

    @property
    def conflicts(self) -> tuple[Told, ...]:
        """The files that a person has to look at before the update is finished."""
        return tuple(told for told in self.told if told.fate in {Fate.CONFLICT, Fate.UNMERGED})


def merge(base: Tree, yours: Tree, theirs: Tree, label: str) -> Merge:
    """Merge what the template changed from `base` to `theirs` into `yours`.

    `label` names theirs in markers, such as "fastforge 0.2.0". Raises SetupError if git is missing
    or fails. It is decided here, not by git, what becomes of a file: git finds the renames and
    merges the lines of texts that both changed.
    """
    trees = Trees(base, yours, theirs)
    with repository() as repo:
        files = list(paired(repo, trees))
        merged = contents(repo, files, trees, label)
    outcomes = without_clashes((outcome(file, trees, merged.get(file)) for file in files), yours)
    changed = {path: content for done in outcomes for path, content in done.files.items()}
    told = sorted((done.told for done in outcomes if done.told), key=lambda told: told.path)
    return Merge(dict(sorted(changed.items())), tuple(told))
