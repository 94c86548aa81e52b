"""Reading at a terminal: a line to edit, and below it what may be chosen, or what is meant."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from fastforge.terminal.console import say, wrapped

if TYPE_CHECKING:
    from prompt_toolkit.key_binding import KeyBindings
    from prompt_toolkit.widgets import TextArea

_PROMPT = "ansicyan"
_MARK = ">"


def read_line(prompt: str) -> str:
    """Read a line in the plainest way; the end of input is an interruption."""
    try:
        return input(prompt)
    except EOFError as error:
        raise KeyboardInterrupt from error


def read_text(prompt: str, *, hidden: bool = False) -> str:
    """Read a line that can be edited with the arrow keys; `hidden` shows stars for it.

    Raises KeyboardInterrupt.
    """
    if _can_only_print() and not hidden:
        return read_line(prompt)
    from prompt_toolkit.shortcuts import prompt as edited  # 0.1 s, for those who are asked only

    try:
        return edited([(_PROMPT, prompt)], is_password=hidden)
    except EOFError as error:
        raise KeyboardInterrupt from error


def read_live(prompt: str, tell: Callable[[str], Sequence[str]], examples: Sequence[str]) -> str:
    """Read a line; below it stands what `tell` gives for what is typed so far.

    The up and down keys take one of `examples`. Raises KeyboardInterrupt, at the end of input too.
    """
    if _can_only_print():
        return read_line(prompt)
    from prompt_toolkit.history import InMemoryHistory
    from prompt_toolkit.key_binding import KeyBindings

    line = _line(prompt)
    line.buffer.history = InMemoryHistory(examples[::-1])
    return _run(line, lambda: tell(line.text), KeyBindings(), lambda: line.text)


def read_choice(prompt: str, offered: Callable[[str], Mapping[str, str]], usual: str) -> str:
    """Read one of what is `offered` for what is typed so far, each with a line that explains it.

    They stand below. The up and down keys, or letters, mark one, Enter takes it. What is typed is
    given as it is if nothing that is offered fits it. Raises KeyboardInterrupt.
    """
    if _can_only_print():
        for told in _listed(offered("")):
            say(told)
        return read_line(prompt)
    from prompt_toolkit.key_binding import KeyBindings

    line = _line(prompt)
    moved = 0

    def marked() -> str | None:
        names = list(offered(line.text))
        start = names.index(usual) if usual in names and not line.text.strip() else 0
        return names[(start + moved) % len(names)] if names else None

    def move(steps: int) -> None:
        nonlocal moved
        moved += steps

    def forget(_: object) -> None:
        nonlocal moved
        moved = 0

    line.buffer.on_text_changed += forget
    keys = KeyBindings()
    keys.add("up")(lambda _: move(-1))
    keys.add("down")(lambda _: move(1))
    keys.add("tab")(lambda _: _put(line, marked() or line.text))
    return _run(
        line, lambda: _listed(offered(line.text), marked()), keys, lambda: marked() or line.text
    )


def _can_only_print() -> bool:
    """Tell whether the terminal obeys nothing (TERM=dumb)."""
    from prompt_toolkit.utils import is_dumb_terminal

    return is_dumb_terminal()


def _listed(choices: Mapping[str, str], marked: str | None = None) -> list[str]:
    width = max(map(len, choices), default=0)
    return [
        f"{_MARK if name == marked else ' '} {name:<{width}}  {why}".rstrip()
        for name, why in choices.items()
    ]


def _line(prompt: str) -> "TextArea":
    from prompt_toolkit.widgets import TextArea

    return TextArea(prompt=[(_PROMPT, prompt)], multiline=False)


def _put(line: "TextArea", text: str) -> None:
    line.text = text
    line.buffer.cursor_position = len(text)


def _run(
    line: "TextArea",
    below: Callable[[], Sequence[str]],
    keys: "KeyBindings",
    answer: Callable[[], str],
) -> str:
    """Read until Enter; what is the answer then stays in the line, and what was below it goes."""
    from prompt_toolkit.application import Application
    from prompt_toolkit.filters import is_done
    from prompt_toolkit.layout import ConditionalContainer, HSplit, Layout, Window
    from prompt_toolkit.layout.controls import FormattedTextControl

    def accept(_: object) -> bool:
        result = answer()
        _put(line, result)
        application.exit(result=result)
        return True  # keep the text

    line.accept_handler = accept
    for key in ("c-c", "c-d", "<sigint>"):
        keys.add(key)(lambda event: event.app.exit(exception=KeyboardInterrupt()))
    control = FormattedTextControl(
        lambda: "\n".join(wrapped(f"  {told}", "  ") for told in below())
    )
    told_below = Window(control, wrap_lines=True, dont_extend_height=True)
    layout = Layout(HSplit([line, ConditionalContainer(told_below, ~is_done)]))
    application: Application[str] = Application(layout, key_bindings=keys)
    return application.run()
