#!/bin/sh
# FastAPI(max_body_size=...) answers before all middleware, and not in JSON.
#
# Versions: FastAPI 0.165.0, Starlette 1.10.0.
# Expected: a body that is too large gets one answer, however it is found out: JSON like every
#   other error of FastAPI, with the headers that the application's middleware adds.
# Seen: if Content-Length says so, the answer is plain text and passes no middleware of the
#   application: a browser at another origin cannot read it (no CORS header), no request id, no
#   access log. If the same body comes in pieces without a length, it is JSON with all of them.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check fastapi==0.165.0 starlette==1.10.0 httpx2==2.16.2

cat > finding.py <<'END'
import sys
from importlib.metadata import version

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.testclient import TestClient

ORIGIN = "https://shop.example"
app = FastAPI(max_body_size=10)
app.add_middleware(CORSMiddleware, allow_origins=[ORIGIN])


@app.post("/orders")
def order(body: dict):
    return body


def describe(answer):
    kind = answer.headers["Content-Type"].partition(";")[0]
    cors = "with" if "Access-Control-Allow-Origin" in answer.headers else "without"
    return f"{answer.status_code} {kind} {cors} CORS header"


client = TestClient(app, headers={"Origin": ORIGIN, "Content-Type": "application/json"})
body = b'{"note": "far more than ten bytes"}'
known = describe(client.post("/orders", content=body))
in_pieces = describe(client.post("/orders", content=iter([body[:8], body[8:]])))

print("versions:", *(f"{name} {version(name)}" for name in ("fastapi", "starlette")))
print("expected: 413 application/json with CORS header, with a length and in pieces")
print(f"seen: with a length {known}; in pieces {in_pieces}")
same = (known, in_pieces) == (
    "413 text/plain without CORS header",
    "413 application/json with CORS header",
)
sys.exit(0 if same else "this has changed")
END
venv/bin/python finding.py
