"""The error of a failed start."""


class StartError(Exception):
    """The service cannot start; the text says why, in one line."""

    def __init__(self, reason: str) -> None:
        """Join a reason of several lines to one line."""
        super().__init__(" ".join(reason.split()))
