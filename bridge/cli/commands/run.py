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

    from bridge.config.load import ensure_config
    from bridge.daemon import serve
    from bridge.models.catalogue.rows import rows

    def tell(text: str) -> None:
        if not quiet:
            say.line(text)

    if ensure_config(shell.path):
        tell(f"The configuration file was written: {shell.path}")
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.WARNING, format="%(asctime)s %(levelname)-7s %(name)s: %(message)s"
    )
    source = shell.source()
    found, origin = source.read()
    rows(found.models, origin)
    asyncio.run(serve(found, source=source, say=tell))
