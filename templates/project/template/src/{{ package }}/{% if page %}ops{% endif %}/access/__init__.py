"""Who may see the page, and who may change what it shows.

Files: `guard` lets visitors in, by a key (`tries` slows down who guesses it) or by the cookie of a
`session`; `origin` finds out whether a page of this service made a request.
"""
