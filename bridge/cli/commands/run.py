"""The command that is the daemon."""

from __future__ import annotations

import click

from bridge.cli import say
from bridge.cli.shell import Shell, pass_shell


@click.command()
@click.option("--verbose", "-v", is_flag=True, help="Tell what happens, on the standard error.")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing here; for services and autostarts.")
@pass_shell
def run(shell: Shell, verbose: bool, quiet: bool) -> None:
    """Run the daemon.

    It listens for triggers and makes sounds until Ctrl-C. The first time it writes the configuration file.
    """
    import asyncio
    import logging
    import os
    import sys
    from contextlib import suppress
    from functools import partial

    from bridge.cli.secrets import secrets_of
    from bridge.config.load import ensure_config
    from bridge.daemon import serve
    from bridge.errors import BridgeError
    from bridge.models.catalogue.rows import rows
    from bridge.service.logbook import STORY, log_file, logbook, only_warnings
    from bridge.service.memory import share_one_heap
    from bridge.service.redact import Redactor

    log = logging.getLogger(STORY)
    share_one_heap()

    def tell(text: str) -> None:
        # Whoever read it may have gone (`oneshot run | head`): that costs the line, not the daemon.
        with suppress(OSError):
            if not quiet:
                say.line(text)

    if ensure_config(shell.path):
        tell(f"The configuration file was written: {shell.path}")
    if not quiet:
        level = logging.DEBUG if verbose else logging.WARNING
        logging.basicConfig(level=level, format="%(asctime)s %(levelname)-7s %(name)s: %(message)s")
        for handler in logging.getLogger().handlers:
            handler.addFilter(only_warnings)
    source = shell.source()
    found, origin = source.read()
    rows(found.models, origin)
    with logbook(
        log_file(found.state_folder), megabytes=found.log.megabytes, files=found.log.files,
        redact=Redactor(partial(secrets_of, found.state_folder)),
    ):
        try:
            again = asyncio.run(serve(found, source=source, say=tell))
        except BridgeError as problem:
            log.error("ends: %s", problem)
            raise
        except Exception:
            log.critical("ends on an error in the bridge", exc_info=True)
            raise
    if again:
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
