#!/bin/sh
# SMTP.__exit__ of smtplib raises for mail that the server has taken.
#
# Versions: CPython 3.11.7, aiosmtpd 1.4.6 as the server.
# Expected: once send_message() has returned, the server has the mail and leaving the `with` block
#   is no error: a server that closes may answer any command with 421 (RFC 5321, 3.8), QUIT too.
# Seen: __exit__ raises SMTPResponseException for every answer to QUIT but 221. Code that tries
#   again after an SMTPException sends the same mail twice.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check aiosmtpd==1.4.6

cat > finding.py <<'END'
import platform
import smtplib
import socket
import sys
from email.message import EmailMessage

from aiosmtpd.controller import Controller

taken = []


class Server:
    async def handle_DATA(self, server, session, envelope):
        taken.append(envelope.content)
        return "250 OK"

    async def handle_QUIT(self, server, session, envelope):
        return "421 closing now"


with socket.socket() as any_free:
    any_free.bind(("127.0.0.1", 0))
    port = any_free.getsockname()[1]
server = Controller(Server(), hostname="127.0.0.1", port=port)
server.start()
mail = EmailMessage()
mail["From"], mail["To"] = "shop@example.com", "customer@example.com"
raised = "nothing"
try:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        client.send_message(mail)
except smtplib.SMTPResponseException as error:
    raised = f"{type(error).__name__} {error.smtp_code}"
server.stop()

print(f"version: smtplib of CPython {platform.python_version()}")
print("expected: 1 mail taken, raised: nothing")
print(f"seen: {len(taken)} mail taken, raised: {raised}")
sys.exit(0 if (len(taken), raised) == (1, "SMTPResponseException 421") else "this has changed")
END
venv/bin/python finding.py
