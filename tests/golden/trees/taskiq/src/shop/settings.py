"""Settings, read from the environment and from `.env`; `.env.example` explains each."""

from typing import Annotated, Literal

from fastapi import Depends, Request
from pydantic import BeforeValidator, Field, PositiveFloat, PositiveInt
from pydantic_settings import BaseSettings, SettingsConfigDict

from .values.client_keys import ClientKeys
from .values.keys import HeaderKey

LogLevel = Annotated[
    Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"],
    BeforeValidator(lambda level: level.upper() if isinstance(level, str) else level),
]

NAME = "shop"
"""That of the database, of its user and of the password, on a developer's machine."""


class Settings(BaseSettings):
    """What may differ from one installation of this service to another."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", hide_input_in_errors=True
    )

    database_url: str = f"postgresql://{NAME}:{NAME}@localhost:5432/{NAME}"
    auto_migrate: bool = True
    broker_url: str = "amqp://guest:guest@localhost:5672//"
    broker_queue: str = "shop"

    client_api_keys: ClientKeys = {}
    ops_api_key: HeaderKey | None = None
    ops_read_key: HeaderKey | None = None
    ops_session_hours: float = Field(default=12, gt=0, le=8760)
    max_body_bytes: PositiveInt = 1_000_000
    files_folder: str = "files"
    idempotency_key_hours: PositiveFloat = 24

    log_level: LogLevel = "INFO"
    log_json: bool = False

    scheduler: bool = True
    runner: bool = False
    runner_threads: PositiveInt = 8
    poll_seconds: PositiveFloat = 1
    lease_seconds: float = Field(default=15, ge=1)
    queued_too_long_seconds: PositiveFloat = 60
    shutdown_grace_seconds: float = Field(default=20, ge=0)
    run_retention_days: PositiveFloat = 30
    success_retention_days: PositiveFloat = 7
    run_retention_rows: PositiveInt = 100_000
    result_max_bytes: PositiveInt = 65_536
    background_heartbeat_file: str = "background.heartbeat"


async def get_settings(request: Request) -> Settings:
    """Return the settings of the application."""
    settings: Settings = request.app.state.settings
    return settings


SettingsDep = Annotated[Settings, Depends(get_settings)]
