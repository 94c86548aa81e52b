"""Getting the answers of a new job: from flags, from a person, from defaults."""

from collections.abc import Mapping

from fastforge.errors import UsageError
from fastforge.names import check_part_name
from fastforge.parts.job import usual_description
from fastforge.project import Project
from fastforge.schedule import choose


def complete(
    project: Project,
    given: Mapping[str, object],
    schedules: Mapping[str, str | None],
) -> dict[str, object]:
    """Give the answers with a name, a schedule and a timezone.

    Raises UsageError if one of them is wrong, or missing and nobody can be asked.
    """
    answers = {name: value for name, value in given.items() if value is not None}
    answers.setdefault("timezone", project.answers.timezone)
    chosen = {kind: text for kind, text in schedules.items() if text is not None}
    if chosen:
        choose(chosen, str(answers["timezone"]))
        [(answers["kind"], answers["schedule"])] = chosen.items()
    missing = [word for word in ("name", "schedule") if word not in answers]
    if missing:
        raise _missing(answers, missing)
    check_part_name("job", str(answers["name"]))
    answers.setdefault("description", usual_description(str(answers["name"])))
    return answers


def _missing(answers: Mapping[str, object], missing: list[str]) -> UsageError:
    name = answers.get("name", "nightly_report")
    schedule = (
        f"--{answers['kind']} '{answers['schedule']}'" if "kind" in answers else "--daily 03:30"
    )
    problem = f"Missing: {', '.join(missing)}; there is no terminal to ask at."
    return UsageError(problem, f"Type it all: fastforge add-job {name} {schedule}")
