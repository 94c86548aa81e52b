"""Backs the database up once a day; the name of the file has the due time."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from ..background import Daily, Job, RunContext
from ._dump import SUFFIX, dump


def backup(context: RunContext) -> None:
    """Write the backup of this due time, unless it exists, and delete the oldest backups.

    The backup is written under another name and then renamed, so it is always complete.
    """
    folder = Path(context.settings.backup_directory)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / f"backup-{context.due_at:%Y%m%dT%H%M%SZ}{SUFFIX}"
    if not file.exists():
        part = file.with_name(f"{file.name}.{uuid4().hex}.part")
        try:
            dump(context.database, part, context.settings)
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
    _prune(folder, file, keep=context.settings.backup_keep)


def _prune(folder: Path, newest: Path, keep: int) -> None:
    """Delete the oldest backups, and unfinished files of processes that were killed."""
    whole = sorted(folder.glob(f"backup-*{SUFFIX}"))
    parts = (part for part in folder.glob("backup-*.part*") if part < newest)
    for file in (*whole[:-keep], *parts):
        file.unlink(missing_ok=True)


JOB = Job(
    name="database_backup",
    function=backup,
    schedule=Daily("03:30", timezone="UTC"),
    misfire_grace=timedelta(hours=12),
    timeout=timedelta(minutes=10),
    retries=2,
    retry_delay=timedelta(minutes=1),
    idempotent=True,
    description="Back the database up and keep the last backups.",
)
