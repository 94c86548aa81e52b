"""The alerts of a project fire when they must, and not otherwise: asked of Prometheus itself."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from fastforge.answers.project import ProjectAnswers
from fastforge.render import render

pytestmark = [
    pytest.mark.exhaustive("needs promtool, which comes with Prometheus"),
    pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed"),
]

Series = Mapping[str, str]
TEXTS = {"name": "shop", "description": "Sells.", "author": "Ada"}

LASTING = {"scheduler_last_pass_timestamp_seconds": "0+60x240", "database_up": "1x240"}
"""What is there while all is well; a sample a minute, as are all below."""
FIRE: list[tuple[str, Series, str]] = [
    ("ServiceDown", {'up{job="shop",instance="a"}': "0x240"}, "shop"),
    (
        "DatabaseDown",
        {'database_up{instance="a"}': "1x240", 'database_up{instance="b"}': "0x240"},
        "",
    ),
    ("SchedulerStalled", {"scheduler_last_pass_timestamp_seconds": "0x240"}, ""),
    ("SchedulerStalled", {"scheduler_last_pass_timestamp_seconds": "_x240"}, ""),
    ("JobLate", {'job_next_run_timestamp_seconds{job="report"}': "60x240"}, "report"),
    # Born with its count, which no counter may be: at the first scrape after an absence.
    ("JobFailing", {'job_failed_runs{job="report",outcome="missed"}': "_x238 7x2"}, "report"),
    ("JobFailing", {'job_failed_runs{job="report",outcome="failed"}': "1x240"}, "report"),
    ("JobFailing", {'job_failed_runs{job="report",outcome="lost"}': "0x200 1x40"}, "report"),
    ("DeadLettersGrowing", {'task_failed_runs{task="mail",outcome="failed"}': "_x239 1"}, "mail"),
    ("DeadLettersGrowing", {'task_failed_runs{task="mail",outcome="lost"}': "1x240"}, "mail"),
    (
        "JobsNotStarted",
        {
            'jobs_waiting_seconds{job="report"}': "0+60x240",
            'jobs_in_progress{job="report"}': "0x240",
            'job_duration_seconds_count{job="report"}': "0x240",
        },
        "report",
    ),
    ("JobsNotStarted", {'jobs_waiting_seconds{job="report"}': "_x239 700"}, "report"),
    (
        "TasksNotStarted",
        {
            'tasks_waiting_seconds{task="mail"}': "0+60x240",
            'tasks_in_progress{task="mail"}': "0x240",
            'task_duration_seconds_count{task="mail"}': "9x240",
        },
        "mail",
    ),
    ("QueuedTooLong", {'jobs_waiting_seconds{job="report"}': "0+60x240"}, "report"),
    # Though some of it goes on: what hangs takes all slots.
    (
        "QueuedTooLong",
        {
            'tasks_waiting_seconds{task="mail"}': "2000x240",
            'tasks_in_progress{task="mail"}': "8x240",
        },
        "mail",
    ),
    ("SlotsHeld", {'jobs_past_timeout{job="report"}': "0x200 1x40"}, "report"),
    ("SlotsHeld", {'tasks_past_timeout{task="mail"}': "3x240"}, "mail"),
]
QUIET: list[tuple[str, Series]] = [
    ("ServiceDown", {'up{job="shop",instance="a"}': "1x240", 'up{job="other"}': "0x240"}),
    ("ServiceDown", {'up{job="shop",instance="a"}': "1x239 0"}),
    ("DatabaseDown", {'database_up{instance="a"}': "1x240"}),
    ("SchedulerStalled", {}),
    ("JobLate", {'job_next_run_timestamp_seconds{job="report"}': "3600+60x240"}),
    # One process shows what it knew a while ago; another has dealt with it.
    (
        "JobLate",
        {
            'job_next_run_timestamp_seconds{job="report",instance="a"}': "60x240",
            'job_next_run_timestamp_seconds{job="report",instance="b"}': "60+60x240",
        },
    ),
    ("JobFailing", {'job_failed_runs{job="report",outcome="failed"}': "0x240"}),
    ("JobFailing", {'job_failed_runs{job="report",outcome="failed"}': "1x200 0x40"}),
    ("DeadLettersGrowing", {'task_failed_runs{task="mail",outcome="failed"}': "1x60 0x180"}),
    ("DeadLettersGrowing", {'tasks_dead_letters{task="mail"}': "7x240"}),
    ("JobsNotStarted", {'jobs_waiting_seconds{job="report"}': "500x240"}),
    # A backlog that is worked off, seen at moments when nothing runs, or by its ends alone.
    (
        "JobsNotStarted",
        {
            'jobs_waiting_seconds{job="report"}': "900x240",
            'jobs_in_progress{job="report"}': "0x235 1 0x4",
        },
    ),
    (
        "TasksNotStarted",
        {
            'tasks_waiting_seconds{task="mail"}': "900x240",
            'tasks_in_progress{task="mail"}': "0x240",
            'task_duration_seconds_count{task="mail"}': "0+1x240",
        },
    ),
    ("QueuedTooLong", {'tasks_waiting_seconds{task="mail"}': "1700x240"}),
    ("SlotsHeld", {'tasks_past_timeout{task="mail"}': "0x239 1"}),  # a thread that is about to end
]


def fired(folder: Path, jobstore: str, alert: str, series: Series, label: str | None) -> str:
    """Run the rules over four hours of samples; give what promtool says against `label`."""
    answers = ProjectAnswers.from_dict({**TEXTS, "jobstore": jobstore})
    rules = render("project", answers.context())["monitoring/alerts.yml"]
    (folder / "alerts.yml").write_bytes(rules)
    firing = f'count by (job, task) (ALERTS{{alertname="{alert}", alertstate="firing"}})'
    kind = "task" if label == "mail" else "job"
    labels = f'{{{kind}="{label}"}}' if label else "{}"
    samples = [] if label is None else [{"labels": labels, "value": 1}]
    question = {"expr": firing, "eval_time": "240m", "exp_samples": samples}
    shown = [{"series": name, "values": text} for name, text in {**LASTING, **series}.items()]
    test = {"interval": "1m", "input_series": shown, "promql_expr_test": [question]}
    asked = {"rule_files": ["alerts.yml"], "evaluation_interval": "1m", "tests": [test]}
    (folder / "test.yml").write_text(json.dumps(asked))
    command = ["promtool", "test", "rules", "test.yml"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.mark.parametrize("jobstore", ["database", "memory"])
@pytest.mark.parametrize(("alert", "series", "label"), FIRE)
def test_it_fires(tmp_path: Path, jobstore: str, alert: str, series: Series, label: str) -> None:
    assert fired(tmp_path, jobstore, alert, series, label) == ""


@pytest.mark.parametrize(("alert", "series"), QUIET)
def test_it_is_quiet(tmp_path: Path, alert: str, series: Series) -> None:
    assert fired(tmp_path, "database", alert, series, None) == ""


def test_each_alert_is_tried_both_ways() -> None:
    answers = ProjectAnswers.from_dict(TEXTS)
    text = render("project", answers.context())["monitoring/alerts.yml"]
    names = {rule["alert"] for group in yaml.safe_load(text)["groups"] for rule in group["rules"]}

    assert {alert for alert, *_ in FIRE} == names
    assert {alert for alert, *_ in QUIET} == names
