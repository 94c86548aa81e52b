"""The operators' page: what waits, runs and failed; retry, cancel, pause.

Files: `router` has all routes; `pages` has a file for each page with its verbs, `facts` reads what
they show, `templates` and `static` are what a browser gets. `access` decides who may see and change
it. `route` makes pages of errors, `rendering` fills templates, `links` knows the URLs.
"""

from .router import router

__all__ = ["router"]
