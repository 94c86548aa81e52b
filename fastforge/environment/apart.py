"""Calling a function of ours in a process of its own, for code that we do not want in this one.

It sees the environment of git, has no input, and whatever it or its children print goes to stderr.
"""

import json
import subprocess
import sys
from pathlib import Path

from fastforge.environment.variables import for_git

_PROGRAM = """
import os, sys
try:
    import json
    from importlib import import_module
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    call = json.load(sys.stdin)
    sys.path[:] = call["path"]
    module, _, function = call["function"].partition(":")
    json.dump(getattr(import_module(module), function)(call["request"]), answer)
    answer.close()
except KeyboardInterrupt:
    sys.exit(130)
"""


def called_apart(function: str, request: object, folder: Path) -> object:
    """Call `function`, such as "fastforge.from_template.copying:copied", in `folder`.

    What it is given and gives goes as JSON. Raises RuntimeError if it ends without an answer.
    """
    # a line of PYTHONPATH is lost, and what lies in `folder` must not be imported
    path = [entry for entry in sys.path if entry]
    done = subprocess.run(
        [sys.executable, "-P", "-W", "ignore", "-c", _PROGRAM],
        cwd=folder,
        env=for_git(),
        input=json.dumps({"path": path, "function": function, "request": request}, default=str),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode or not done.stdout:
        raise RuntimeError(f"{function} ended with exit code {done.returncode}")
    return json.loads(done.stdout)
