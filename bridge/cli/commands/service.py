"""Commands for the daemon as a service of the user."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bridge.cli import say
from bridge.cli.commands.logs import logs
from bridge.cli.exits import FAILED
from bridge.cli.shell import Shell, as_json_option, pass_shell

if TYPE_CHECKING:
    from bridge.service.service import Service, Work

dry_run_option = click.option("--dry-run", is_flag=True, help="Only show what would be written and run.")


@click.group()
def service() -> None:
    """Run the daemon by itself: at login, and again after a crash.

    It is a service of your own session: one of the whole system would have no MIDI ports and no sound. Nothing here
    needs the rights of an administrator.
    """


@service.command()
@dry_run_option
@pass_shell
def install(shell: Shell, dry_run: bool) -> None:
    """Install the service and start it; after an upgrade, or with other options, bring it up to date."""
    from bridge.cli import serving
    from bridge.config.load import ensure_config
    from bridge.service.plan import plan_of

    found = serving.service_of(shell)
    plan = plan_of(shell.path, shell.options, shell.config.state_folder)
    if dry_run:
        _show(found, found.to_install(plan, known=found.installed))
        return
    found.check()
    if not found.installed:
        serving.refuse_another(shell)
    if ensure_config(shell.path):
        say.line(f"The configuration file was written: {shell.path}")
    work = found.to_install(plan, known=found.state().known)
    if work.writes is not None:
        say.line(f"Writing {found.kind}: {found.file}")
    else:
        say.line(f"It is installed already, as it should be: {found.file}")
    (plan.state_folder / "logs").mkdir(parents=True, exist_ok=True)
    found.do(work)
    serving.say_running(shell)
    for remark in serving.left_behind():
        say.aside(remark)


@service.command()
@dry_run_option
@pass_shell
def uninstall(shell: Shell, dry_run: bool) -> None:
    """Stop the service and remove it. Your sounds, your config and the log stay."""
    from bridge.cli import serving

    found = serving.service_of(shell)
    if not found.installed:
        say.line("The service is not installed.")
        return
    work = found.to_uninstall()
    if dry_run:
        _show(found, work)
        return
    found.check()
    found.do(work)
    say.line(f"Removed {found.file}. Your sounds, your config and the log stay.")


@service.command()
@pass_shell
def start(shell: Shell) -> None:
    """Start the service."""
    from bridge.cli import serving

    found = serving.service_of(shell)
    found.check()
    found.do(found.to_start(known=found.state().known))
    serving.say_running(shell)


@service.command()
@pass_shell
def stop(shell: Shell) -> None:
    """Stop the service until the next login; unfinished sounds are taken up by the next start."""
    from bridge.cli import serving

    found = serving.service_of(shell)
    found.check()
    found.do(found.to_stop())
    say.line("The service is stopped. It starts again at the next login, or with: oneshot service start")


@service.command()
@pass_shell
def restart(shell: Shell) -> None:
    """Stop the service and start it again."""
    from bridge.cli import serving

    found = serving.service_of(shell)
    found.check()
    found.do(found.to_restart(known=found.state().known))
    serving.say_running(shell)


@service.command()
@as_json_option
@pass_shell
def status(shell: Shell, as_json: bool) -> None:
    """Say whether the service is installed and runs. Ends with 1 if it does not run."""
    from bridge.cli import serving

    seen = serving.look(shell)
    if as_json:
        say.as_json(seen)
    else:
        for line in serving.told(seen):
            say.line(line)
    if not seen["running"]:
        raise click.exceptions.Exit(FAILED)


service.add_command(logs)


def _show(found: Service, work: Work) -> None:
    for order in work.before:
        say.line(f"$ {' '.join(order.command)}")
    if work.writes is not None:
        say.line(f"{found.file}:")
        text = work.writes.decode("utf-16" if work.writes.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8")
        for line in text.splitlines():
            say.line(f"    {line}")
    elif work.deletes:
        say.line(f"{found.file} is deleted.")
    else:
        say.line(f"{found.file} is as it should be.")
    for order in work.after:
        say.line(f"$ {' '.join(order.command)}")
