"""What the outside sees of this service: health and metrics."""
