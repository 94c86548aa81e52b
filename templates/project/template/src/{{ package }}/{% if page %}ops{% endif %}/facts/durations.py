"""Writes how long something took."""

SHORT = 10
"""Of so many seconds, tenths are told too."""
UNITS = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def in_words(seconds: float) -> str:
    """Return such as `12 ms`, `4.2 s` or `1 h 5 min`: the two largest units."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < SHORT:
        return f"{seconds:.1f} s"
    rest, words = round(seconds), list[str]()
    for length, unit in UNITS:
        count, rest = divmod(rest, length)
        words += [f"{count} {unit}"] if count else []
    return " ".join(words[:2])
