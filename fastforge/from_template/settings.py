"""What Copier's user has set once for all templates."""

import warnings
from collections.abc import Mapping
from typing import Any

from fastforge.errors import UsageError


def user_defaults() -> Mapping[str, Any]:
    """Give the user's own defaults for questions; raises UsageError if they cannot be read.

    Whom they trust plays no part: `--trust` is said each time, once what it allows was seen.
    """
    from copier import load_settings
    from copier.errors import CopierError

    try:
        with warnings.catch_warnings(action="ignore"):
            return load_settings().defaults
    except CopierError as error:
        reason = " ".join(str(error).split())
        problem = f"The settings of Copier cannot be read: {reason}."
        raise UsageError(
            problem, "Mend them; `COPIER_SETTINGS_PATH` names another file."
        ) from error
