"""What the process and the function of a run tell each other while it runs."""


class Control:
    """One for each attempt."""
