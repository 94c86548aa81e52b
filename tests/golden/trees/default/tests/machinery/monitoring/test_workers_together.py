"""With PROMETHEUS_MULTIPROC_DIR, `/metrics` of one worker shows the sum of all."""

import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families as parse

pytestmark = pytest.mark.processes

WORKER = """
from fastapi.testclient import TestClient
from shop.main import create_app
with TestClient(create_app()) as client:
    client.get("/health/live")
    print(client.get("/metrics").text)
"""


def test_any_process_tells_what_all_of_them_counted(
    environment: dict[str, str], tmp_path: Path
) -> None:
    environment["PROMETHEUS_MULTIPROC_DIR"] = str(tmp_path / "made" / "at_start")
    for workers in (1, 2):
        command = [sys.executable, "-c", WORKER]
        text = subprocess.check_output(command, env=environment, text=True)  # noqa: S603
        samples = [sample for family in parse(text) for sample in family.samples]
        [live] = [s for s in samples if s.name == "http_requests_total"]
        assert (live.labels["handler"], live.value) == ("/health/live", workers)
        assert [s.value for s in samples if s.name == "database_up"] == [1]
