"""The bytes of each file that both the user and the template have."""

from collections.abc import Mapping, Sequence

from fastforge.merging.git import Repository
from fastforge.merging.renames import File, Trees
from fastforge.merging.texts import Merged, Text, merged

LF, CRLF = b"\n", b"\r\n"


def contents(
    repo: Repository, files: Sequence[File], trees: Trees, label: str
) -> Mapping[File, Merged | None]:
    """Give the content of each file that both have; None if both changed it and it is no text."""
    result: dict[File, Merged | None] = {}
    texts: dict[File, Text] = {}
    for file in files:
        if file.yours is None or file.theirs is None:
            continue
        base = b"" if file.base is None else trees.base[file.base]
        text = Text(base, trees.yours[file.yours], trees.theirs[file.theirs])
        if text.yours == base:
            result[file] = Merged(text.theirs)
        elif text.theirs in {base, text.yours}:
            result[file] = Merged(text.yours)
        elif b"\0" in text.base + text.yours + text.theirs:
            result[file] = None
        else:
            texts[file] = text
    changed_ends = {file: end for file, text in texts.items() if (end := _changed_ends(text))}
    plain = [_in_lf(text) if file in changed_ends else text for file, text in texts.items()]
    for file, done in zip(texts, merged(repo, plain, label), strict=True):
        end = changed_ends.get(file, LF)
        result[file] = Merged(done.content.replace(LF, end), done.conflict)
    return result


def _changed_ends(text: Text) -> bytes | None:
    """Give the line end of yours if the user gave the file another one than it had.

    Line by line, everything would differ.
    """
    own = _ends(text.yours)
    return None if own == _ends(text.base) else own


def _in_lf(text: Text) -> Text:
    versions = (text.base, text.yours, text.theirs)
    return Text(*(version.replace(CRLF, LF) for version in versions))


def _ends(text: bytes) -> bytes | None:
    """Give the line end that a text has throughout; None if it has none, or more than one."""
    lines, crlf = text.count(LF), text.count(CRLF)
    if crlf == lines:
        return CRLF if lines else None
    return None if crlf else LF
