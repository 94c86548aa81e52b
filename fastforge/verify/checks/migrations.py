"""Whether the migrations end in one revision: two branches that each add a module make two."""

from pathlib import Path

from fastforge.errors import FastforgeError
from fastforge.project.project import Project
from fastforge.project.revisions import folder_of, heads, read_revisions
from fastforge.verify.checks.outcome import Finding

COMMAND = "uv run alembic heads"
JOIN = 'uv run alembic merge heads -m "join the branches"'


async def check_migrations(project: Project, _scratch: Path) -> Finding:
    """Name the heads if there are several, and the command that joins them."""
    if not folder_of(project).is_dir():
        return Finding(passed=True, summary="none", facts={"heads": 0})
    try:
        found = heads(read_revisions(project))
    except FastforgeError as error:
        return Finding(passed=False, summary="cannot be read", problems=(str(error),))
    facts = {"heads": len(found)}
    if len(found) <= 1:
        return Finding(passed=True, summary="one head" if found else "none", facts=facts)
    named = (f"{head.path.relative_to(project.root)}: {head.id} is a head" for head in found)
    problems = (*named, f"join them: {JOIN}")
    return Finding(passed=False, summary=f"{len(found)} heads", facts=facts, problems=problems)
