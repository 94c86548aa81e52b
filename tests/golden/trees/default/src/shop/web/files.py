"""Files of rows over HTTP: streamed to the folder of `FILES_FOLDER` and back.

A body is read on the event loop, so a slow caller holds no thread; what blocks runs in a thread.
"""

import logging
import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID

from anyio import CancelScope
from fastapi import Depends, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict
from sqlalchemy import event, select
from sqlalchemy.orm import DeclarativeBase, Session
from starlette.requests import ClientDisconnect

from ..database import CONNECTIONS, Database, DatabaseDep
from ..database.stored_files import NewFile, StoredFile, files_of, remove
from ..settings import SettingsDep
from .errors import NotFoundError, UnavailableError
from .etags import UNCHANGED, tagged
from .protocol import allow_body
from .refusals import BODY_REFUSALS, Responses, refusals

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 5
ANY_TYPE = "application/octet-stream"
"""The type of what was sent without one."""

_NAME = r"[\w!#$%&'*+.^`|~-]{1,80}"
_TYPE = re.compile(rf'{_NAME}/{_NAME}(?: ?; ?{_NAME}=(?:{_NAME}|"[\w .:/-]{{0,80}}"))?', re.ASCII)

_CONTENT: Final = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
FILE_BODY: Final[dict[str, Any]] = {"requestBody": {"required": True, "content": _CONTENT}}
"""Documents the body of a route that keeps a file."""
FILE_REFUSALS = BODY_REFUSALS | refusals(404)
"""For routes that keep a file: as BODY_REFUSALS, with a limit of its own."""
FILE_ANSWERS: Responses = {
    HTTPStatus.OK: {"description": "The file", "content": _CONTENT},
    **refusals(404),
    **UNCHANGED,
}
"""For routes that send a file."""


class FileFacts(BaseModel):
    """What is known of a file; its size is in bytes."""

    model_config = ConfigDict(from_attributes=True)

    size: int
    content_type: str
    sha256: str


@dataclass(frozen=True, slots=True)
class FileOf:
    """The file that a column of a row names; with an owner: of that owner's row only."""

    model: type[DeclarativeBase]
    row: UUID
    name: str
    owner: str | None = None

    def find_row(self, session: Session, *, to_change: bool = False) -> DeclarativeBase:
        """Give the row; raises NotFoundError if it is not there, or another's."""
        rows = select(self.model).filter_by(id=self.row)
        if self.owner is not None:
            rows = rows.filter_by(owner=self.owner)
        found = session.scalar(rows.with_for_update() if to_change else rows)
        if found is None:
            raise NotFoundError(f"there is no {self.row}")
        return found

    def none(self) -> NotFoundError:
        """Give what says that the row has no such file."""
        return NotFoundError(f"{self.row} has no {self.name}")


@dataclass(frozen=True, slots=True)
class Files:
    """The files of rows: each is named by a column, and lies in the folder."""

    database: Database
    folder: Path

    @contextmanager
    def transaction(self) -> Generator[Session, None, None]:
        """Read and write; the files of rows that are deleted here go after the commit.

        What the database deletes itself, with ON DELETE CASCADE, leaves its files to `clear_files`.
        """
        gone: list[StoredFile] = []
        with self.database.transaction() as session:

            @event.listens_for(session, "persistent_to_deleted")
            def note(_session: Session, row: DeclarativeBase) -> None:
                gone.extend(files_of(row))

            yield session
        remove(self.folder, *gone)

    def find(self, of: FileOf) -> StoredFile:
        """Give the file; raises NotFoundError if there is no such row, or no file."""
        with self.database.snapshot() as session:
            file: StoredFile | None = getattr(of.find_row(session), of.name)
        if file is None:
            raise of.none()
        return file

    def replace(self, of: FileOf, new: StoredFile | None) -> None:
        """Give a row another file, or none, and remove the one before.

        Raises NotFoundError if there is no such row, or nothing to remove. What fails otherwise
        may have been committed (the database's answer was lost, say), so the new file stays then.
        """
        try:
            with self.database.transaction() as session:
                before = _swap(of.find_row(session, to_change=True), of, new)
        except NotFoundError:
            remove(self.folder, *filter(None, [new]))
            raise
        remove(self.folder, *filter(None, [before]))

    async def receive(self, request: Request, of: FileOf, most: int) -> FileFacts:
        """Keep the body of a request, of at most so many bytes, as the file of a row.

        Raises NotFoundError before it reads the body, HTTPException if that is too large or cut
        off, UnavailableError if the folder cannot be written; then the row keeps what it has.
        """
        allow_body(request, most)
        await run_in_threadpool(self.check, of)
        try:
            new = await self._read(request)
        except ClientDisconnect:
            raise HTTPException(HTTPStatus.BAD_REQUEST, "the body was cut off") from None
        except OSError as error:
            logger.exception("a file cannot be kept")
            raise _unavailable("the file cannot be kept now") from error
        await run_in_threadpool(self.replace, of, new)
        return FileFacts.model_validate(new)

    def check(self, of: FileOf) -> None:
        """Raise NotFoundError if there is no such row."""
        with self.database.snapshot() as session:
            of.find_row(session)

    async def _read(self, request: Request) -> StoredFile:
        new = await run_in_threadpool(NewFile, self.folder)
        try:
            async for chunk in request.stream():
                await run_in_threadpool(new.write, chunk)
            return await run_in_threadpool(new.keep, _type_of(request))
        except BaseException:
            with CancelScope(shield=True):
                await run_in_threadpool(new.discard)
            raise

    def send(self, of: FileOf, if_none_match: list[str] | None = None) -> FileResponse:
        """Give the file of a row as an answer that browsers save and never show.

        Raises NotFoundError, 304 if `If-None-Match` names it, UnavailableError if it is not in
        the folder: another one has just taken its place, or the folder is not there.
        """
        file = self.find(of)
        place = self.folder / file.key
        try:
            status = place.stat()
        except OSError as error:
            raise _unavailable(f"the {of.name} of {of.row} is not there now") from error
        headers = {
            "Content-Type": file.content_type,
            "Content-Disposition": "attachment",
            "X-Content-Type-Options": "nosniff",
        }
        answer = FileResponse(place, headers=headers, stat_result=status)
        tagged(answer, FileFacts.model_validate(file), if_none_match)
        return answer


def _swap(found: DeclarativeBase, of: FileOf, new: StoredFile | None) -> StoredFile | None:
    before: StoredFile | None = getattr(found, of.name)
    if new is None and before is None:
        raise of.none()
    setattr(found, of.name, new)
    return before


def _unavailable(detail: str) -> UnavailableError:
    return UnavailableError(detail, retry_after=RETRY_AFTER_SECONDS)


def _type_of(request: Request) -> str:
    """Give the type that a caller said, if it is one."""
    said = request.headers.get("Content-Type", "")
    return said if _TYPE.fullmatch(said) else ANY_TYPE


async def get_files(database: DatabaseDep, settings: SettingsDep) -> Files:
    """Give the files of rows."""
    return Files(database, Path(settings.files_folder))


FilesDep = Annotated[Files, Depends(get_files)]


def get_deleting_session(files: FilesDep) -> Iterator[Session]:
    """Open a transaction for one request that may delete rows with files."""
    with files.transaction() as session:
        yield session


DeletingSessionDep = Annotated[
    Session, Depends(get_deleting_session, scope="function", max_concurrency=CONNECTIONS)
]
