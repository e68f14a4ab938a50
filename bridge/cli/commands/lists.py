"""Commands that look: at jobs, sounds, pads, kits and deliveries."""

from __future__ import annotations

import contextlib

import click

from bridge.cli import completing, say, show
from bridge.cli.completing import names_of
from bridge.cli.exits import NoDaemonError
from bridge.cli.shell import Shell, as_json_option, pass_shell
from bridge.config.values import value_of
from bridge.domain.ids import is_id
from bridge.domain.job import JobState
from bridge.errors import NotFoundError

HISTORY = 10
"""How many of a pad's samples `show` names."""

SECONDS = click.FloatRange(min=0)
limit_option = click.option("--limit", type=click.IntRange(1, 1_000), default=50, show_default=True, help="At most.")


@click.command()
@click.option("--unfinished", is_flag=True, help="Only those that are under way.")
@limit_option
@click.option("--follow", is_flag=True, help="Go on telling what happens until Ctrl-C (needs the daemon).")
@click.option("--after", type=click.IntRange(min=0), metavar="ID",
              help="With --follow: begin behind the event with this id.")
@as_json_option
@pass_shell
def jobs(shell: Shell, unfinished: bool, limit: int, follow: bool, after: int | None, as_json: bool) -> None:
    """List jobs, the newest first.

    With --follow tell what happens, as it happens; with --json too, that is one line of JSON for every event.
    """
    if follow:
        from bridge.cli.following import Follower

        with contextlib.suppress(KeyboardInterrupt):
            Follower(shell.config.state_folder, after=after, as_json=as_json).follow()
        return
    with shell.session() as session:
        answer = session.ask("jobs", unfinished=unfinished, limit=limit)
    if as_json:
        say.as_json(answer)
        return
    rows = [
        (job["id"], job["state"], job["brief"]["pad"], show.ago(job["created"]), say.shortened(job["brief"]["prompt"]),
         job["reason"] or (job["stage"] if job["stage"] != job["state"] else ""))
        for job in answer["jobs"]
    ]
    say.table(("job", "state", "pad", "age", "prompt", "details"), rows, "There are no jobs.")


@click.command()
@click.option("--pad", metavar="NAME", shell_complete=names_of(completing.pads), help="Only those of this pad.")
@click.option("--family", metavar="NAME", shell_complete=names_of(completing.families),
              help="Only those of this family.")
@click.option("--kept", is_flag=True, help="Only those that you kept.")
@click.option("--longer", type=SECONDS, metavar="SECONDS", help="Only those that are at least so long.")
@click.option("--shorter", type=SECONDS, metavar="SECONDS", help="Only those that are at most so long.")
@click.option("--note", metavar="NOTE", help="Only those with this root: 36 or C2.")
@click.option("--tag", "tags", metavar="TAG", multiple=True, help="Only those with this tag; may be given again.")
@click.option("--text", metavar="WORDS", help="Only those with all of these words in prompt or tags.")
@click.option("--near", metavar="ID", shell_complete=names_of(completing.pads, completing.samples),
              help="The most alike first: those that sound like this sample or pad.")
@limit_option
@as_json_option
@pass_shell
def ls(
    shell: Shell, pad: str | None, family: str | None, kept: bool, longer: float | None, shorter: float | None,
    note: str | None, tags: tuple[str, ...], text: str | None, near: str | None, limit: int, as_json: bool,
) -> None:  # fmt: skip
    """List samples, the newest first."""
    with shell.session() as session:
        answer = session.ask(
            "samples", pad=pad, family=family, kept=kept, longer=longer, shorter=shorter, note=shell.note(note),
            tag=",".join(tags) or None, text=text, near=near, limit=limit,
        )  # fmt: skip
    if as_json:
        say.as_json(answer)
        return
    columns = show.NEAR_COLUMNS if near else show.SAMPLE_COLUMNS
    rows = [show.sample_row(sample, shell.name_of) for sample in answer["samples"]]
    say.table(columns, rows, "There are no samples.")


@click.command(name="show")
@click.argument("target", shell_complete=names_of(completing.pads, completing.samples, completing.jobs))
@as_json_option
@pass_shell
def show_command(shell: Shell, target: str, as_json: bool) -> None:
    """Show all about a job, sample or pad."""
    with shell.session() as session:
        if is_id(target, "j"):
            answer = session.ask("job", target)
            ready = answer["job"]["state"] == JobState.READY
            answer["job"]["samples"] = session.samples(job=target)[::-1] if ready else []
        elif is_id(target, "s"):
            answer = session.ask("sample", target)
        else:
            found = [pad for pad in session.ask("pads")["pads"] if pad["name"] == target]
            if not found:
                raise NotFoundError(f"There is no job, sample or pad {target!r}.", "See: oneshot jobs, ls or pads")
            answer = {"pad": {**found[0], "samples": session.samples(pad=target, limit=HISTORY)}}
    if as_json:
        say.as_json(answer)
        return
    for fact in show.facts(show.for_people(answer)):
        say.line(fact)


@click.command()
@as_json_option
@pass_shell
def pads(shell: Shell, as_json: bool) -> None:
    """List the pads and what they hold."""
    with shell.session() as session:
        answer = session.ask("pads")
    if as_json:
        say.as_json(answer)
        return
    rows = [
        (pad["name"], shell.name_of(pad["pad_note"]), pad["state"], pad["family"], pad["model"], pad["history"],
         say.shortened(pad["prompt"]), pad["current"])
        for pad in answer["pads"]
    ]
    head = ("pad", "key", "state", "family", "model", "sounds", "prompt", "current")
    say.table(head, rows, "There are no pads. Add some with: oneshot config edit")


@click.command("set")
@click.argument("pad", shell_complete=names_of(completing.pads))
@click.argument("key")
@click.argument("value")
@as_json_option
@pass_shell
def set_command(shell: Shell, pad: str, key: str, value: str, as_json: bool) -> None:
    """Set a KEY of a PAD until the daemon restarts, like: oneshot set kick lock true

    The VALUE is written as in the config; a text needs no quotation marks.
    """
    with shell.session() as session:
        if not session.live:
            raise NoDaemonError("No daemon runs that could remember it.", "Write it down with: oneshot config edit")
        answer = session.ask("set_pad", pad, key=key, value=value_of(value))
    if as_json:
        say.as_json(answer)
    else:
        now = ", ".join(f"{name} = {set_to}" for name, set_to in answer["pad"]["overrides"].items())
        say.line(f"{pad}: {now}")


@click.command()
@click.option("--select", metavar="NAME", shell_complete=names_of(completing.kits),
              help="Make this the kit that MIDI notes play (needs the daemon).")
@as_json_option
@pass_shell
def kits(shell: Shell, select: str | None, as_json: bool) -> None:
    """List the kits, or select one."""
    with shell.session() as session:
        if select is not None and not session.live:
            raise NoDaemonError("No daemon runs, so there is nothing to play a kit.", "Start it with: oneshot run")
        answer = session.ask("kits") if select is None else session.ask("select_kit", select)
    if as_json:
        say.as_json(answer)
    elif select is None:
        rows = [
            (name, "selected" if name == answer["selected"] else "", ", ".join(pads))
            for name, pads in answer["kits"].items()
        ]
        say.table(("kit", "", "pads"), rows, "There are no kits. Add one with: oneshot config edit")
    else:
        say.line(f"{answer['kit']}: {', '.join(answer['pads'])}")


@click.command()
@click.option("--host", metavar="NAME", shell_complete=names_of(completing.hosts), help="Only those to this host.")
@click.option("--waiting", is_flag=True, help="Only those that are not loaded yet.")
@limit_option
@as_json_option
@pass_shell
def deliveries(shell: Shell, host: str | None, waiting: bool, limit: int, as_json: bool) -> None:
    """List what is on its way into your hosts."""
    with shell.session() as session:
        answer = session.ask("deliveries", host=host, waiting=waiting, limit=limit)
    if as_json:
        say.as_json(answer)
        return
    keys = ("host", "seq", "pad", "action", "target", "state", "sample", "reason")
    rows = [[delivery[key] for key in keys] for delivery in answer["deliveries"]]
    say.table(keys, rows, "There are no deliveries: no host has subscribed, or no pad has made a sound since.")
