"""Runs the command: `python -m bridge` is `oneshot`."""

from bridge.cli import main

if __name__ == "__main__":
    main(prog_name="oneshot")
