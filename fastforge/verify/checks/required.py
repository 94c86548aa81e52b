"""The settings that a project cannot start without, and what the start-up check gives for them.

A setting with a default keeps it: what `.env` says of it might name a real mail server or payment
gateway. One without has the value that `.env.example` shows, else that of the caller's environment,
else that of `.env`; where mails and payments would go, a place where nobody listens.
"""

import json
from typing import Final

from fastforge.environment.uv import program
from fastforge.project.project import Project
from fastforge.verify.checks.process import run

_NOWHERE: Final = {
    "SMTP_URL": "smtp://127.0.0.1:9",
    "PAYMENT_GATEWAY_URL": "http://127.0.0.1:9",
    "PAYMENT_GATEWAY_KEY": "none",
}
_PROGRAM: Final = """
import json, os, sys
from importlib import import_module
from dotenv import dotenv_values
from pydantic_settings import BaseSettings

kept = None
try:
    import_module(sys.argv[1])
except Exception as error:  # it may lack the very settings that are looked for
    kept = error  # and with it the classes of a module that was cut off

def below(kind):
    for each in kind.__subclasses__():
        yield each
        yield from below(each)

own = {k.upper(): v for k, v in (dotenv_values(".env") | dict(os.environ)).items()}
own |= {k.upper(): v for k, v in dotenv_values(".env.example").items() if v}
found = {}
for kind in below(BaseSettings):
    for name, field in kind.model_fields.items():
        alias = field.validation_alias
        name = alias if isinstance(alias, str) else kind.model_config.get("env_prefix", "") + name
        if field.is_required() and own.get(name.upper()):
            found[name.upper()] = own[name.upper()]
print(json.dumps(found))
"""


async def required_settings(project: Project, module: str) -> dict[str, str]:
    """Give the settings without a default of the classes that `module` imports, with values."""
    command = [program(project.root, "python"), "-c", _PROGRAM, module]
    finished = await run(command, project.root)
    lines = finished.stdout.splitlines()
    if finished.code or not lines:
        return {}
    found: dict[str, str] = json.loads(lines[-1])
    return {name: _NOWHERE.get(name, value) for name, value in found.items()}
