"""The command line: thin commands in front of a session with the bridge."""

from bridge.cli.program import main

__all__ = ["main"]
