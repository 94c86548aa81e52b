"""Queue so many tasks: `fill.py with_celery queue 1000`. A task has the name of its module so.

It prints how many seconds that took.
"""

import sys
import time
from importlib import import_module

if __name__ == "__main__":
    module, function, count = sys.argv[1:]
    queue = getattr(import_module(module), function)
    began = time.perf_counter()
    queue(int(count))
    print(time.perf_counter() - began)
