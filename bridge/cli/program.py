"""The command `oneshot`: its options, its commands, and how errors end it.

Nothing heavy is imported here or at the top of the command modules: `oneshot --help` answers at once.
"""

from __future__ import annotations

import errno
import sys
from pathlib import Path
from typing import Any

import click

from bridge import __version__
from bridge.cli import say
from bridge.cli.commands import (
    batch,
    completion,
    dataset,
    daw,
    doctor,
    export,
    files,
    instrument,
    keys,
    library,
    listen,
    lists,
    logs,
    midi,
    models,
    money,
    osc,
    play,
    run,
    service,
    shape,
    sounds,
    surface,
)
from bridge.cli.exits import CODES, FAILED, code_of
from bridge.cli.shell import Shell
from bridge.errors import BridgeError


class Program(click.Group):
    """Ends every error as message, hint and exit code; a traceback is shown only to those who ask for one."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit, EOFError):
            raise
        except BridgeError as error:
            if ctx.params["traceback"]:
                raise
            say.error(error.message, error.hint)
            ctx.exit(code_of(error))
        except Exception as problem:  # The border to the user: whatever breaks behind it, they get a sentence.
            if ctx.params["traceback"] or (isinstance(problem, OSError) and problem.errno == errno.EPIPE):
                raise
            say.error(
                f"Something broke inside the bridge: {type(problem).__name__}: {problem}",
                f"This shows where: oneshot --traceback {' '.join(sys.argv[1:])}",
            )
            ctx.exit(FAILED)


@click.group(cls=Program, epilog="\b\n" + CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config", "chosen", metavar="PATH", type=click.Path(dir_okay=False, path_type=Path),
    help="The configuration file, if not the usual one (or the one in ONESHOT_CONFIG).",
)
@click.option(
    "-o", "--option", "options", metavar="PLACE=VALUE", multiple=True,
    help="A setting that wins over the file, like -o budget.day=5; see: oneshot config show",
)
@click.option("--traceback", is_flag=True, hidden=True, help="Show where an error came from.")
@click.version_option(__version__, prog_name="oneshot", message="%(prog)s %(version)s")
@click.pass_context
def main(context: click.Context, chosen: Path | None, options: tuple[str, ...], traceback: bool) -> None:
    """Press a pad, get a new, tuned, playable sound in your sampler.

    Start with `oneshot run`. Then, in another window: `oneshot trigger kick`. Most commands work without the daemon
    too; then they do the work themselves.
    """
    context.obj = Shell(chosen.absolute() if chosen else None, options)


for _command in (
    run.run,
    sounds.generate, sounds.finish, sounds.trigger, sounds.again, sounds.keep, sounds.discard, sounds.cancel,
    sounds.accept, batch.batch, dataset.dataset, money.budget, keys.keys,
    lists.jobs, lists.ls, lists.show_command, lists.pads, lists.set_command, lists.kits, lists.deliveries, daw.daw,
    models.models, midi.midi, play.play,
    files.config, files.path, doctor.doctor, service.service, logs.logs,
    library.library,
    shape.shape, instrument.instrument, export.export, listen.analyse, listen.slice_command, osc.osc, surface.surface,
    completion.completion,
):  # fmt: skip
    main.add_command(_command)
