"""In which files of a folder Copier keeps its answers, whatever they are called."""

import os
from pathlib import Path

from fastforge.project.copied import answers_files, enclosing_copy
from fastforge.project.paths import LARGEST_FILE

SAYS = "_commit: v1\n_src_path: ../template\n"


def test_answers_files_are_known_by_name_or_by_what_they_say(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    (root / "folder").mkdir(parents=True)
    (tmp_path / "outside.yml").write_text(SAYS)
    written = {
        ".copier-answers.yml": "",
        ".answers.yaml": SAYS,
        ".other.yml": "_commit: v1\n",
        ".indented.yml": f"it: |\n  {SAYS}",
        ".large.yml": SAYS + " " * LARGEST_FILE,
        ".answers.txt": SAYS,
        "answers.yml": SAYS,
    }
    for name, content in written.items():
        (root / name).write_text(content)
    (root / ".link.yml").symlink_to("../outside.yml")
    (root / ".dir.yml").mkdir()
    os.mkfifo(root / ".pipe.yml")

    assert answers_files(root) == [".copier-answers.yml", ".answers.yaml"]
    assert enclosing_copy(root / "folder") == root
    assert enclosing_copy(tmp_path) is None
