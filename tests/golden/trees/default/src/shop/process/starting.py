"""The one error with which a start fails."""


class StartError(Exception):
    """The service cannot start; the text says why, in one line."""

    def __init__(self, reason: str) -> None:
        """Take a reason that may have several lines."""
        super().__init__(" ".join(reason.split()))
