"""When a job is due, seen from the generator: read, foretold, said in words, doubted and checked.

What a schedule means is decided in one place, the `scheduling` folder of the project template. It
knows that folder and what was typed; it knows no job and no project.
"""

from fastforge.schedule.advice import advice
from fastforge.schedule.choice import Kind, ScheduleChoice, choose
from fastforge.schedule.crosscheck import disagreement
from fastforge.schedule.generated import Schedule
from fastforge.schedule.preview import preview

__all__ = [
    "Kind",
    "Schedule",
    "ScheduleChoice",
    "advice",
    "choose",
    "disagreement",
    "preview",
]
