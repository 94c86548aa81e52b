"""Progress where there is no terminal: each result once, in the same order every time."""

import time

import pytest

from fastforge.terminal import progress as progress_module
from fastforge.terminal.progress import Progress


def columns(text: str) -> list[list[str]]:
    return [[cell for cell in line.split("  ") if cell] for line in text.splitlines()]


@pytest.mark.parametrize("quiet", [False, True])
def test_each_result_is_written_once_in_the_order_of_its_beginning(
    capsys: pytest.CaptureFixture[str], *, quiet: bool
) -> None:
    with Progress(quiet_stdout=quiet) as progress:
        with progress.step("files") as words:
            words.append("3 files")
        assert "files" in "".join(capsys.readouterr())  # at once, not at the end
        for name in ("tests", "lint", "start-up"):
            progress.start(name)
        progress.end("lint", "failed", "2 problems", 0.5)
        assert "".join(capsys.readouterr()) == ""
        progress.end("tests", "passed", "12 tests", 3.0)
        progress.end("start-up", "passed", "", 4.0)

    written = capsys.readouterr()
    told, other = (written.err, written.out) if quiet else (written.out, written.err)
    assert other == ""
    assert [[cell.strip() for cell in row] for row in columns(told)] == [
        ["tests", "passed", "12 tests", "3.0 s"],
        ["lint", "failed", "2 problems", "0.5 s"],
        ["start-up", "passed", "4.0 s"],
    ]


def test_what_is_stopped_is_told_once_too(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        with Progress() as progress:
            progress.start("tests")
            progress.start("lint")
            progress.end("lint", "passed", "clean", 0.1)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work()

    out, err = capsys.readouterr()
    assert err == ""
    assert [line.split()[:2] for line in out.splitlines()] == [
        ["tests", "stopped"],
        ["lint", "passed"],
    ]


@pytest.mark.parametrize(("every", "said"), [(0.0, ["tests: 3 of 9", "tests: 4 of 9"]), (9e9, [])])
def test_how_far_it_is_is_said_now_and_then_beside_the_results(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    every: float,
    said: list[str],
) -> None:
    monkeypatch.setattr(progress_module, "_TELL_EVERY_SECONDS", every)
    with Progress() as progress:
        progress.start("tests")
        progress.tell("tests", "3 of 9")
        progress.tell("tests", "4 of 9")
        progress.end("tests", "passed", "9 tests", 3.0)

    out, err = capsys.readouterr()
    assert err.splitlines() == said
    assert out.split() == ["tests", "passed", "9", "tests", "3.0", "s"]


def test_a_terminal_shows_how_far_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    with Progress() as progress:
        progress.start("tests")
        progress.tell("tests", "312 of 1,091")
        while "312 of 1,091" not in (shown := capsys.readouterr().out):
            time.sleep(0.01)

    assert "tests" in shown
