"""The releases that this fastforge can render: the packed ones, and itself."""

from fastforge.releases.request import Request, Response


def versions() -> tuple[str, ...]:
    """Give all versions that can be rendered, oldest first; the last one is this fastforge."""
    raise NotImplementedError


def rendered(version: str, request: Request) -> Response:
    """Render parts as the release `version` does: this one in this process, others in their own.

    Raises UsageError for a version that is not known, or answers that the release cannot take.
    """
    raise NotImplementedError
