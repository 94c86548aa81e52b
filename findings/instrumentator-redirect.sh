#!/bin/sh
# prometheus-fastapi-instrumentator labels the redirect of a trailing slash with the URL itself.
#
# Versions: prometheus-fastapi-instrumentator 8.1.0, FastAPI 0.165.0, Starlette 1.10.0.
# Expected: the label `handler` has a bound: the path's template, or `none` for what has none.
# Seen: every path that FastAPI redirects to itself without its slash is a value of its own, so
#   clients that append a slash make one time series after the other: /orders/1/, /orders/2/ ...
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -qq --disable-pip-version-check prometheus-fastapi-instrumentator==8.1.0 fastapi==0.165.0 \
    starlette==1.10.0 httpx2==2.16.2

cat > finding.py <<'END'
import sys
from importlib.metadata import version

from fastapi import FastAPI
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry
from prometheus_fastapi_instrumentator import Instrumentator

REQUESTS = 50


def handlers(*, redirect_slashes):
    """Count the values of `handler` after requests with a slash too many and to no path."""
    app, registry = FastAPI(redirect_slashes=redirect_slashes), CollectorRegistry()

    @app.get("/orders/{number}")
    def order(number: int):
        return number

    Instrumentator(registry=registry).instrument(app)
    client = TestClient(app)
    for number in range(REQUESTS):
        client.get(f"/orders/{number}/")
        client.get(f"/nowhere/{number}")
    samples = [sample for metric in registry.collect() for sample in metric.samples]
    return len({each.labels["handler"] for each in samples if "handler" in each.labels})


redirecting, plain = (handlers(redirect_slashes=redirects) for redirects in (True, False))
names = ("prometheus-fastapi-instrumentator", "fastapi", "starlette")
print("versions:", *(f"{name} {version(name)}" for name in names))
print("expected: 2 values of handler: /orders/{number} and none")
print(f"seen: {redirecting} after {REQUESTS} redirects; {plain} with redirect_slashes=False")
sys.exit(0 if (redirecting, plain) == (REQUESTS + 2, 1) else "this has changed")
END
venv/bin/python finding.py
