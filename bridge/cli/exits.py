"""What the exit codes of the command mean."""

from __future__ import annotations

from bridge.errors import BridgeError, ConfigError, InUseError, NotFoundError

DONE = 0
FAILED = 1
USAGE = 2

CODES = """\
Exit codes:
  0  done
  1  failed: the sound could not be made, or something broke
  2  the command was not understood
  3  there is no such job, sample, pad, kit or model
  4  this needs the running daemon, and it can't be reached
  5  the configuration is wrong
  6  in use: another daemon has the library or the port\
"""


class NoDaemonError(BridgeError):
    """Says that a daemon is needed and none answers."""


_CODE_OF: tuple[tuple[type[BridgeError], int], ...] = (
    (NotFoundError, 3),
    (NoDaemonError, 4),
    (ConfigError, 5),
    (InUseError, 6),
    (BridgeError, FAILED),
)


def code_of(error: BridgeError) -> int:
    """Returns the exit code of an error: that of the first row it belongs to."""
    return next(code for kind, code in _CODE_OF if isinstance(error, kind))
