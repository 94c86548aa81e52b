"""A plugin for the pytest of a project: its clock begins at MOMENT, and goes on from there.

time-machine changes what Python's own functions say, in every thread. Processes that a test starts,
and database servers, keep the time of the machine: their tests are left out.
"""

import os
from datetime import datetime

import time_machine

time_machine.travel(datetime.fromisoformat(os.environ["MOMENT"]), tick=True).start()
