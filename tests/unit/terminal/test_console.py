"""Messages on a terminal are wrapped at words, and left alone elsewhere."""

import io
import os
import pty
import termios
from collections.abc import Iterator
from typing import TextIO

import pytest

from fastforge.terminal.console import wrapped

SENTENCE = "error: There is no folder /srv/shop-of-ada, and nobody can make one."
COMMAND = "  Type it all: fastforge new shop --description 'Sells things' --yes"


@pytest.fixture
def narrow() -> Iterator[TextIO]:
    """A terminal of 30 columns, wherever stdout leads."""
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (24, 30))
    with os.fdopen(slave, "w") as stream:
        yield stream
    os.close(master)


def test_a_sentence_is_broken_between_words(narrow: TextIO) -> None:
    assert wrapped(SENTENCE, "       ", narrow).splitlines() == [
        "error: There is no folder",
        "       /srv/shop-of-ada, and",
        "       nobody can make one.",
    ]


def test_lines_stay_lines(narrow: TextIO) -> None:
    assert wrapped("one\n  two", "  ", narrow) == "one\n  two"


def test_a_command_to_copy_stays_whole(narrow: TextIO) -> None:
    assert wrapped(COMMAND, "  ", narrow) == COMMAND


def test_what_is_no_terminal_has_whole_lines() -> None:
    assert wrapped(SENTENCE, "  ", io.StringIO()) == SENTENCE
