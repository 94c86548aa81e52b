"""A project that an older version made, with the parts of this one: tested, linted, started."""

import json
from pathlib import Path

import pytest

from fastforge.answers.project import default_python
from tests.conftest import Fastforge
from tests.environments import Environments
from tests.old_project import OF_OLDER, unpack_old_project

pytestmark = pytest.mark.e2e


def test_an_older_project_passes_its_checks_with_new_parts(
    tmp_path: Path, environments: Environments, fastforge: Fastforge
) -> None:
    project = unpack_old_project(tmp_path)
    environments.provide(project, default_python())
    for words in OF_OLDER:
        assert fastforge(*words, "--no-verify", cwd=project).code == 0

    verified = fastforge("verify", "--quick", "--json", cwd=project, UV_OFFLINE="1")

    assert verified.code == 0, verified.err
    checks = {check["check"]: check for check in json.loads(verified.out)["verification"]["checks"]}
    assert list(checks) == ["tests", "lint", "format", "types (ty)", "start-up"]
    assert checks["start-up"]["facts"]["requests"] == 8
