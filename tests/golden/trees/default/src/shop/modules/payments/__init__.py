"""Layers: `router` speaks HTTP, `service` decides, `repository` remembers, `gateway` charges."""
