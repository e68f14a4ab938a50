"""Commands that make sounds and choose among them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from bridge.cli import say, show
from bridge.cli.completing import families, jobs, models, names_of, pads, samples, unfinished_jobs
from bridge.cli.exits import FAILED, NoDaemonError
from bridge.cli.shell import Shell, as_json_option, pass_shell
from bridge.cli.show import Shown
from bridge.cli.waiting import Waiting
from bridge.config.values import value_of
from bridge.domain.job import JobState
from bridge.errors import BridgeError

if TYPE_CHECKING:
    from bridge.cli.session import Session


class Question(NamedTuple):
    """Asks the bridge for a job: what is done (a row of the address table), to what, with which fields."""

    name: str
    target: str = ""
    fields: Mapping[str, Any] = {}


F = TypeVar("F", bound=Callable[..., Any])


def _ending_options(command: F) -> F:
    """Adds what every command has that asks for sounds."""
    ref = click.option("--ref", metavar="TEXT", help="Your own word for it; the same once more is the same job.")
    no_wait = click.option("--no-wait", is_flag=True, help="Do not wait for the end (needs the daemon).")
    return ref(no_wait(as_json_option(command)))


@click.command()
@click.argument("prompt", default="")
@click.option("--pad", metavar="NAME", shell_complete=names_of(pads), help="Make it for this pad.")
@click.option("--note", metavar="NOTE", help="The pitch to ask for, like F#2 or 42.")
@click.option("--pad-note", metavar="NOTE", help="The key on which it lies in a kit.")
@click.option("--seconds", type=float, help="How long it is.")
@click.option("--family", metavar="NAME", shell_complete=names_of(families),
              help="The kind of sound, like kick or bell, where the words do not say it.")
@click.option("--mapping", type=click.Choice(["drum", "keys"]), help="One key as it is, or the whole keyboard.")
@click.option("--negative", metavar="TEXT", help="What it should not be.")
@click.option("--model", metavar="NAME", shell_complete=names_of(models),
              help="The model that makes it; see: oneshot models")
@click.option("--seed", type=int, help="The same seed and the same words make the same sound.")
@click.option("--energy", type=float, help="How hard it is played, above 0 up to 1.")
@click.option("--count", type=int, help="How many variations to make.")
@click.option("--bpm", type=float, help="The tempo of the song that it should fit to.")
@click.option("--key", metavar="KEY", help='The key of the song that it should fit to, like "F# minor".')
@click.option("--audio", metavar="FILE|ID", help="A sound to go by: a file, a sample or a pad.")
@click.option("--audio-use", type=click.Choice(["melody", "continue", "init"]),
              help="Follow its tune, go on from its end, or start from it.")
@click.option("--strength", type=float, help="How much of that sound stays, 0 to 1.")
@click.option("--image", metavar="FILE", help="A picture to make the sound of.")
@click.option("--input", "inputs", multiple=True, metavar="NAME=VALUE",
              help="One of the model's own inputs; see: oneshot models show NAME")
@click.option("--enhance", type=click.Choice(["never", "always", "ask"]),
              help="Whether your words become the model's words.")
@click.option("--dry-run", is_flag=True, help="Only tell what it would cost.")
@click.option("--times", type=click.IntRange(1, 1_000), default=1, help="Ask so many times, as one batch.")
@_ending_options
@pass_shell
def generate(
    shell: Shell, /, prompt: str, note: str | None, pad_note: str | None, times: int, ref: str | None, no_wait: bool,
    as_json: bool, dry_run: bool, audio: str | None, image: str | None, inputs: tuple[str, ...], **said: Any,
) -> None:
    """Make a sound from a PROMPT, a picture or a sound. Ctrl-C cancels it."""
    fields = {
        **said, "prompt": prompt or None, "note": shell.note(note), "pad_note": shell.note(pad_note),
        "origin": "command", "priority": "batch" if times > 1 else "command", "audio": _whole_path(audio),
        "image": _whole_path(image), "inputs": _settings(inputs),
    }
    if dry_run:
        with shell.session() as session:
            answer = session.ask("price", **fields)
        say.as_json(answer) if as_json else _say_price(answer["price"], times)
        return
    refs = [f"{ref}-{number}" if ref else None for number in range(1, times + 1)] if times > 1 else [ref]
    questions = [Question("trigger", fields={**fields, "ref": one}) for one in refs]
    _see_through(shell, questions, no_wait=no_wait, as_json=as_json, tell=True)


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(exists=True, dir_okay=False))
@click.option("--pad", metavar="NAME", help="Put it on this pad.")
@click.option("--note", metavar="NOTE", help="The pitch to tune it to where that is near, like F#2 or 42.")
@click.option("--family", metavar="NAME", help="The kind of sound, where neither pad nor name nor ear should say it.")
@_ending_options
@pass_shell
def finish(
    shell: Shell, files: tuple[str, ...], pad: str | None, note: str | None, family: str | None, ref: str | None,
    no_wait: bool, as_json: bool,
) -> None:
    """Shape, tune and map sound FILEs of your own into the library. Nothing is generated."""
    fields = {
        "pad": pad, "note": shell.note(note), "family": family, "audio_use": "finish", "origin": "command",
        "priority": "batch" if len(files) > 1 else "command",
    }
    refs = [f"{ref}-{number}" if ref and len(files) > 1 else ref for number in range(1, len(files) + 1)]
    questions = [
        Question("trigger", fields={**fields, "audio": _whole_path(file), "ref": one})
        for file, one in zip(files, refs, strict=True)
    ]
    _see_through(shell, questions, no_wait=no_wait, as_json=as_json, each_alone=len(files) > 1)


@click.command()
@click.argument("pad", shell_complete=names_of(pads))
@click.option("--energy", type=float, help="How hard it is played, above 0 up to 1.")
@_ending_options
@pass_shell
def trigger(shell: Shell, pad: str, energy: float | None, ref: str | None, no_wait: bool, as_json: bool) -> None:
    """Press a PAD: make its next sound. Ctrl-C cancels it."""
    fields = {"pad": pad, "energy": energy, "ref": ref, "origin": "command", "priority": "pad"}
    _see_through(shell, [Question("trigger", fields=fields)], no_wait=no_wait, as_json=as_json)


@click.command()
@click.argument("target", shell_complete=names_of(pads, samples, jobs))
@click.option("--same-seed", is_flag=True, help="The very same sound, not another one like it.")
@_ending_options
@pass_shell
def again(shell: Shell, target: str, same_seed: bool, ref: str | None, no_wait: bool, as_json: bool) -> None:
    """Make one more of a job, sample or pad's current sound. Ctrl-C cancels it."""
    fields = {"same_seed": same_seed, "ref": ref, "origin": "command"}
    _see_through(shell, [Question("again", target, fields)], no_wait=no_wait, as_json=as_json)


@click.command()
@click.argument("target", shell_complete=names_of(pads, samples))
@as_json_option
@pass_shell
def keep(shell: Shell, target: str, as_json: bool) -> None:
    """Keep a sample, or a pad's current one.

    A kept sample becomes the current one of its pad.
    """
    _mark(shell, "keep", target, as_json=as_json)


@click.command()
@click.argument("target", shell_complete=names_of(pads, samples))
@as_json_option
@pass_shell
def discard(shell: Shell, target: str, as_json: bool) -> None:
    """Discard a sample, or a pad's current one.

    The pad gets the one before it back.
    """
    _mark(shell, "discard", target, as_json=as_json)


@click.command()
@click.argument("target", shell_complete=names_of(pads, unfinished_jobs))
@as_json_option
@pass_shell
def cancel(shell: Shell, target: str, as_json: bool) -> None:
    """Cancel a job, or all that a pad has under way."""
    with shell.session() as session:
        answer = session.ask("cancel", target)
    if as_json:
        say.as_json(answer)
        return
    for job in answer["jobs"]:
        say.line(show.job_end(job))
    if not answer["jobs"]:
        say.aside("Nothing was under way.")


@click.command()
@click.argument("target", shell_complete=names_of(pads, unfinished_jobs))
@click.option("--prompt", metavar="TEXT", help="Take these words instead.")
@click.option("--original", is_flag=True, help="Take your own words as they were.")
@click.option("--again", "pay", is_flag=True, help="Send a new call, though the lost one may have been paid.")
@click.option("--no-wait", is_flag=True, help="Do not wait for the end (needs the daemon).")
@as_json_option
@pass_shell
def accept(
    shell: Shell, target: str, prompt: str | None, original: bool, pay: bool, no_wait: bool, as_json: bool
) -> None:
    """Say yes to what a job (or a pad's job) asks."""
    fields = {"prompt": prompt, "original": original, "pay": pay}
    _see_through(shell, [Question("accept", target, fields)], no_wait=no_wait, as_json=as_json)


def _whole_path(named: str | None) -> str | None:
    """Returns the absolute path of a file that is there; the daemon works in another folder. Else what was said."""
    return str(Path(named).absolute()) if named and Path(named).exists() else named


def _settings(inputs: Sequence[str]) -> dict[str, Any] | None:
    """Reads NAME=VALUE pairs; true, false and numbers are what they look like."""
    pairs = [pair.partition("=") for pair in inputs]
    if wrong := [name for name, equals, _ in pairs if not equals or not name]:
        raise click.BadParameter(f"{wrong[0]!r} is not NAME=VALUE.", param_hint="--input")
    return {name: value_of(value) for name, _, value in pairs} or None


def _say_price(price: Shown, times: int) -> None:
    each = "Each" if times > 1 else "It"
    say.line(f"{each} would cost at most ${price['usd']:.4g} by {price['brief']['model']}.")
    if price["problem"]:
        say.error(price["problem"], "")


def _mark(shell: Shell, mark: str, target: str, *, as_json: bool) -> None:
    with shell.session() as session:
        answer = session.ask(mark, target)
    if as_json:
        say.as_json(answer)
    else:
        say.line(f"{show.marks(answer['sample'])}  {show.sample_line(answer['sample'], shell.name_of)}")


def _see_through(
    shell: Shell, questions: Sequence[Question], *, no_wait: bool, as_json: bool, each_alone: bool = False,
    tell: bool = False,
) -> None:
    """Asks, waits for every job and shows what came of it; an interrupt cancels what is left.

    With `each_alone` a refused question stops no other; with `tell` it is said what the words were taken for. Ends
    with exit code 1 if a job brought no sound.
    """
    jobs: list[Shown] = []
    ended: list[Shown] = []
    with shell.session() as session:
        if no_wait and not session.live:
            raise NoDaemonError(
                "There is no daemon that could make the sound after this command.",
                "Start it with: oneshot run    or leave out --no-wait",
            )
        try:
            with Waiting(len(questions)).of(session) as waiting:
                for name, target, fields in questions:
                    try:
                        jobs.append(session.ask(name, target, **fields)["job"])
                    except BridgeError as refused:
                        if not each_alone:
                            raise
                        say.error(refused.message, refused.hint)
                    else:
                        waiting.expect(jobs[-1])
                for job in () if no_wait else jobs:
                    ended.append(_ended(shell, session, job["id"], quiet=as_json, tell=tell))
                    tell = tell and as_json  # people read it once, however many sounds come of the same words
                    waiting.end(ended[-1])
        except KeyboardInterrupt:
            for job in jobs[len(ended) :]:
                with contextlib.suppress(BridgeError):
                    session.ask("cancel", job["id"])
            raise
    if as_json:
        say.as_json({"jobs": jobs if no_wait else ended})
    elif no_wait:
        for job in jobs:
            say.line(job["id"])
    if any(job["state"] != JobState.READY for job in ended) or len(jobs) < len(questions):
        raise click.exceptions.Exit(FAILED)


def _ended(shell: Shell, session: Session, job: str, *, quiet: bool, tell: bool) -> Shown:
    """Returns a job that has ended with its `samples`, oldest first, and shows it unless `quiet`."""
    shown = session.wait(job)
    shown["samples"] = session.samples(job=job)[::-1] if shown["state"] == JobState.READY else []
    if tell and shown["samples"] and (sidecar := session.ask("sample", shown["samples"][0]["id"])["sidecar"]):
        shown["understood"] = sidecar.get("understood")
    if not quiet:
        if shown.get("understood") and shown["brief"]["prompt"]:
            say.aside(show.understood(shown["understood"], shell.name_of))
        for sample in shown["samples"]:
            say.line(show.sample_line(sample, shell.name_of))
        if shown["state"] != JobState.READY:
            say.error(show.job_end(shown), shown["hint"])
    return shown
