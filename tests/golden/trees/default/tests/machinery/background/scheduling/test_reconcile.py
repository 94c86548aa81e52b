from shop.background.scheduling.reconcile import (
    Actions,
    reconcile,
)


def test_a_new_job_is_added() -> None:
    assert reconcile(code={"report": "daily"}, store={}) == Actions(added=("report",))


def test_an_unchanged_job_is_kept_and_nothing_is_written() -> None:
    """S5, S6: its next run time survives the restart."""
    actions = reconcile(code={"report": "daily"}, store={"report": "daily"})

    assert actions == Actions(kept=("report",))
    assert not actions.changes


def test_a_changed_schedule_is_rescheduled() -> None:
    """S5: a change in the code is not ignored."""
    actions = reconcile(code={"report": "hourly"}, store={"report": "daily"})

    assert actions == Actions(rescheduled=("report",))
    assert actions.changes


def test_a_job_that_left_the_code_is_removed() -> None:
    """S5: it does not stay in the store for ever."""
    assert reconcile(code={}, store={"report": "daily"}) == Actions(removed=("report",))


def test_old_code_leaves_alone_what_new_code_added() -> None:
    """S5: two versions run side by side during a rolling deploy."""
    actions = reconcile(
        code={"report": "daily"},
        store={"report": "daily", "invoices": "hourly"},
        others={("report", "daily"), ("invoices", "hourly")},
    )

    assert actions == Actions(kept=("report", "invoices"))


def test_new_code_waits_with_a_removal_while_old_code_still_serves_the_job() -> None:
    actions = reconcile(code={}, store={"report": "daily"}, others={("report", "daily")})

    assert actions == Actions(kept=("report",))


def test_a_schedule_that_another_process_declares_is_not_changed_back_and_forth() -> None:
    """S18: the newest process decides."""
    store, others = {"report": "daily"}, {("report", "daily")}

    older = reconcile({"report": "hourly"}, store, others, newer={"report"})
    newest = reconcile({"report": "hourly"}, store, others)

    assert older == Actions(kept=("report",))
    assert newest == Actions(rescheduled=("report",))


def test_what_a_newer_process_declares_is_its_own_to_add() -> None:
    """S18: after a loss of the store, older code must not add its old schedule."""
    actions = reconcile({"report": "hourly"}, {}, {("report", "daily")}, newer={"report"})

    assert actions == Actions()


def test_jobs_that_others_declare_but_that_are_not_stored_are_not_ours_to_add() -> None:
    assert reconcile(code={}, store={}, others={("report", "daily")}) == Actions()


def test_the_log_line_names_what_changes_and_counts_what_stays() -> None:
    actions = Actions(added=("a", "b"), rescheduled=("c",), kept=("d", "e"))

    assert str(actions) == "added a, b; rescheduled c; removed none; kept 2"
