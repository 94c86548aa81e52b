"""Where git alone joins two trees without a conflict, renames and all, the outcome is git's."""

import os

import pytest
from hypothesis import given, settings, strategies as st

from fastforge.merging import git
from fastforge.merging.merge import merge
from tests.unit.merging.edits import Tree, after, edited, trees

long = st.just(b"".join(b"line %d\n" % number for number in range(12)))
OPTIONS = ("-c", "merge.directoryRenames=false", "-c", "merge.renames=true")


def by_git(base: Tree, yours: Tree, theirs: Tree) -> Tree | None:
    """Merge by `git merge-tree` as it is; None if there are conflicts."""
    with git.repository() as repo:
        repo.write({"base": base, "yours": yours, "theirs": theirs})
        merging = (*OPTIONS, "merge-tree", "--write-tree", "-z", "--no-messages")
        done = repo.run(*merging, "yours", "theirs", fine=(0, 1))
        if done.returncode:
            return None
        tree = done.stdout.decode().rstrip("\0")
        names = repo.run("ls-tree", "-r", "-z", "--name-only", tree).stdout.split(b"\0")[:-1]
        paths = [os.fsdecode(name) for name in names]
        return dict(zip(paths, repo.read(f"{tree}:{path}" for path in paths), strict=True))


@pytest.mark.skipif(git.version() < (2, 38), reason="this git has no `merge-tree --write-tree`")
@settings(max_examples=100)
@given(st.data())
def test_a_merge_without_conflicts_is_as_git_makes_it(data: st.DataObject) -> None:
    files = ("rename", "lines", "lines")  # not "add": git lets an empty file win a name
    base = data.draw(trees(long, most=2))
    yours = data.draw(edited(base, "mine", files))
    theirs = data.draw(edited(base, "new", files))

    expected = by_git(base, yours, theirs)

    if expected is not None and not any(b"\n>>>>>>>" in text for text in expected.values()):
        # git calls it clean when a renamed file with a conflict meets an empty one of that name
        assert after(yours, merge(base, yours, theirs, "new")) == expected
