"""Reading a line at a terminal while it is told below what it means so far."""

from collections.abc import Callable, Sequence

from fastforge.interview import read_line


def read_live(prompt: str, tell: Callable[[str], Sequence[str]], examples: Sequence[str]) -> str:
    """Read a line; below it stands what `tell` gives for what is typed so far.

    The up and down keys take one of `examples`. Raises KeyboardInterrupt, at the end of input too.
    On a terminal that can only print (TERM=dumb) it is a plain prompt.
    """
    from prompt_toolkit.application import Application  # 0.1 s, for those who are asked only
    from prompt_toolkit.filters import is_done
    from prompt_toolkit.history import InMemoryHistory
    from prompt_toolkit.key_binding import KeyBindings
    from prompt_toolkit.layout import ConditionalContainer, HSplit, Layout, Window
    from prompt_toolkit.layout.controls import FormattedTextControl
    from prompt_toolkit.utils import is_dumb_terminal
    from prompt_toolkit.widgets import TextArea

    if is_dumb_terminal():
        return read_line(prompt)

    def accept(_: object) -> bool:
        application.exit(result=line.text)
        return True  # keep the text

    line = TextArea(
        prompt=prompt,
        multiline=False,
        history=InMemoryHistory(examples[::-1]),
        accept_handler=accept,
    )
    below = FormattedTextControl(lambda: "\n".join(f"  {told}" for told in tell(line.text)))
    told_below = Window(below, wrap_lines=True, dont_extend_height=True)
    layout = Layout(HSplit([line, ConditionalContainer(told_below, ~is_done)]))
    keys = KeyBindings()
    for key in ("c-c", "c-d"):
        keys.add(key)(lambda event: event.app.exit(exception=KeyboardInterrupt()))
    application: Application[str] = Application(layout, key_bindings=keys)
    return application.run()
