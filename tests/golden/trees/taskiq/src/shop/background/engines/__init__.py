"""Engines: a message broker tells workers on other machines that there is work.

A message is a **turn**: it has no content, and allows a worker to run what is first in the ledger
now. So order, priorities, limits and retries are the ledger's alone, and a message that is lost, or
comes twice, changes nothing but a moment of waiting: see `relay`.
"""
