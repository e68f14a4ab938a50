"""Doors: what reaches the bridge from outside becomes a request to the engine."""
