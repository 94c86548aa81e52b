"""The errors a user can meet: one sentence, a hint, and the exit code."""

import errno


class FastforgeError(Exception):
    """Something went wrong that the user can do something about; exit code 1."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Give the sentence and, where there is one, the hint."""
        return f"{self.message} {self.hint}".rstrip()


class UsageError(FastforgeError):
    """What was typed cannot be carried out; exit code 2."""

    exit_code = 2


class ConflictError(FastforgeError):
    """Carrying it out would overwrite something; exit code 3."""

    exit_code = 3


class VerificationError(FastforgeError):
    """The project was written but a check failed; exit code 4."""

    exit_code = 4


class SetupError(FastforgeError):
    """The machine is in the way: uv, Python, disk, permissions or network; exit code 5."""

    exit_code = 5


_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}


def understood(error: Exception) -> Exception:
    """Give the SetupError for an OSError about a file or the output, any other error as it is."""
    if isinstance(error, OSError) and error.filename is not None:
        problem = f"{error.filename} cannot be used: {error.strerror}."
        return SetupError(problem, "Make room or mend permissions, then run the command again.")
    if isinstance(error, OSError) and error.errno in _FULL:
        problem = f"What is said cannot be written: {error.strerror}."
        return SetupError(problem, "Make room where the output goes, then run the command again.")
    return error
