"""Where settings come from, what they refuse, and that .env.example is true."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError
from pydantic_settings import SettingsConfigDict

from shop.settings import Settings

EXAMPLE = (Path(__file__).resolve().parents[1] / ".env.example").read_text()
SETTING = re.compile(r"^# (?=[A-Z_]+=)", re.MULTILINE)


def read(file: Path) -> Settings:
    """Read settings from a file other than .env."""

    class FromFile(Settings):
        model_config = SettingsConfigDict(env_file=file)

    return FromFile()


def test_the_example_names_exactly_the_settings() -> None:
    names = re.findall(r"^(?:# )?([A-Z_]+)=", EXAMPLE, re.MULTILINE)
    assert names == [name.upper() for name in Settings.model_fields]


def test_the_example_shows_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(SETTING.sub("", EXAMPLE))
    assert read(file).model_dump() == Settings().model_dump()


def test_the_example_explains_each_setting() -> None:
    paragraphs = EXAMPLE.split("\n\n")[1:]
    for paragraph in paragraphs:
        assert re.match(r"# \S.*\n(# .*\n)*(# )?[A-Z_]+=", paragraph), paragraph


def test_the_environment_goes_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / ".env"
    file.write_text("LOG_LEVEL=ERROR\nPOLL_SECONDS=3\n")
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")
    settings = read(file)
    assert (settings.log_level, settings.poll_seconds) == ("DEBUG", 3)


def test_single_quotes_keep_a_value_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("""OPS_API_KEY='pa$$word $HOME #1 "x" it\\'s'\n""")
    key = read(file).ops_api_key
    assert key
    assert key.get_secret_value() == """pa$$word $HOME #1 "x" it's"""


def test_an_empty_variable_is_as_if_it_were_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPS_API_KEY", "")
    assert Settings().ops_api_key is None


@pytest.mark.parametrize(
    "name_and_value",
    [
        "MAX_BODY_BYTES=0",
        "IDEMPOTENCY_KEY_HOURS=0",
        "RUNNER_THREADS=0",
        "POLL_SECONDS=0",
        "LEASE_SECONDS=0.9",
        "SHUTDOWN_GRACE_SECONDS=-1",
        "RUN_RETENTION_DAYS=0",
        "SUCCESS_RETENTION_DAYS=0",
        "RUN_RETENTION_ROWS=0",
        "AUTO_MIGRATE=perhaps",
        "LOG_LEVEL=loud",
        "BACKGROUND_METRICS_PORT=65536",
    ],
)
def test_a_value_that_cannot_work_is_refused_by_its_name(
    monkeypatch: pytest.MonkeyPatch, name_and_value: str
) -> None:
    name, value = name_and_value.split("=")
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings()


def test_secrets_are_not_shown() -> None:
    assert "hush" not in repr(Settings.model_validate({"ops_api_key": "hush"}))


@pytest.mark.parametrize(("query", "known"), [("", True), ("?starttls=1", True), ("?tls=1", False)])
def test_a_mail_server_has_one_option(
    monkeypatch: pytest.MonkeyPatch, query: str, *, known: bool
) -> None:
    monkeypatch.setenv("SMTP_URL", f"smtp://mail.example.org{query}")
    try:
        found = Settings().smtp_url is not None
    except ValidationError:
        found = False

    assert found is known
