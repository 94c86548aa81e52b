"""Queue so many tasks: `fill.py with_celery queue 1000`. A task has the name of its module so."""

import sys
from importlib import import_module

if __name__ == "__main__":
    module, function, count = sys.argv[1:]
    getattr(import_module(module), function)(int(count))
