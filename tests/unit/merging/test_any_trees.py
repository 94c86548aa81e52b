"""Any tree, edited in any way by the user and by the template: nothing of the user's is lost."""

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from fastforge.merging import git
from fastforge.merging.merge import Fate, Merge, merge
from tests.unit.merging.edits import after, edited, lines_of, texts, trees, without_repetition

CASES = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])

MARKERS = {b"<<<<<<< yours", b"=======", b">>>>>>> new"}


@pytest.mark.usefixtures("way")
@CASES
@given(st.data())
def test_nothing_that_the_user_wrote_is_lost(data: st.DataObject) -> None:
    base = data.draw(trees(texts))
    yours = data.draw(edited(base, "mine"))
    theirs = data.draw(edited(base, "new"))

    done = merge(base, yours, theirs, "new")
    result = after(yours, done)

    assert lines_of(yours) - lines_of(base) <= lines_of(result)
    assert lines_of(result) <= lines_of(base, yours, theirs) | MARKERS
    assert not any(other.startswith(f"{path}/") for path in result for other in result)
    for path, content in done.files.items():
        assert content != yours.get(path)
    for path in yours.keys() - base.keys() - theirs.keys():
        assert path in result
    stays = any(told.fate == Fate.UNMERGED for told in done.told)
    for path, content in base.items():
        if yours.get(path) == content:
            assert result.get(path) == theirs.get(path) or (stays and path not in done.files)


@pytest.mark.usefixtures("way")
@CASES
@given(st.data())
def test_where_one_side_changed_nothing_the_other_is_the_outcome(data: st.DataObject) -> None:
    base = data.draw(trees(texts))
    edits = data.draw(edited(base, "edit"))

    assert merge(base, edits, base, "new") == Merge()
    assert merge(base, edits, edits, "new") == Merge()
    done = merge(base, base, edits, "new")
    assert after(base, done) == edits
    assert done.told == ()


@pytest.mark.skipif(git.version() < (2, 38), reason="this git has one way only")
@CASES
@given(st.data())
def test_both_ways_give_the_same(data: st.DataObject) -> None:
    base = data.draw(trees(without_repetition))
    yours = data.draw(edited(base, "mine", within=("insert", "delete", "change")))
    theirs = data.draw(edited(base, "new", within=("insert", "delete", "change")))

    at_once = merge(base, yours, theirs, "new")
    with pytest.MonkeyPatch.context() as old:
        old.setattr(git, "version", lambda: (2, 34))
        assert merge(base, yours, theirs, "new") == at_once
