"""The operators' page: what waits, runs and failed; retry, cancel, pause.

Files: `router` has all routes; `pages` has a file for each page with its verbs, `facts` reads what
they show, `changes` changes runs. `access` decides who may see and change it. `route` is what all
routes have in common, and `answer` gives their answers headers, and errors a page. `rendering`
fills `templates`, with `links` to other routes and `notices` of what was done; `form` reads forms.
A browser gets `static`, whose files `assets` knows.
"""

from .router import router

__all__ = ["router"]
