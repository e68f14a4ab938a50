"""The command that makes all the sounds of one file."""

from __future__ import annotations

import hashlib
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, get_args

import click

from bridge.cli import say
from bridge.cli.completing import models, names_of
from bridge.cli.exits import FAILED
from bridge.cli.shell import Shell, as_json_option, pass_shell
from bridge.cli.show import Shown
from bridge.config.devices import Device
from bridge.errors import RequestError, unknown
from bridge.packs.plan import Naming

if TYPE_CHECKING:
    from bridge.cli.batching import Batch
    from bridge.cli.packing import PackWriter
    from bridge.cli.session import Session
    from bridge.cli.weights import Weights
    from bridge.packs.plan import Plan


AT_ONCE = 16
"""How many sounds are under way at once where nobody says: a daemon that has other work still sees its end."""


@click.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), metavar="FOLDER",
              help="Write the pack here: the sounds by family, presets, a cover sheet.")
@click.option("--format", "kind", metavar="NAME", help='What the pack holds: wav, flac, ogg, opus, "mp3 320k" …')
@click.option("--naming", type=click.Choice(get_args(Naming)), help="How its files are named.")
@click.option("--dry-run", is_flag=True, help="Only tell what would be made, how much of it is there, and the price.")
@click.option("--jobs", "at_once", type=click.IntRange(1, 500),
              help=f"How many sounds are under way at once, at most.  [default: {AT_ONCE}, on a cluster what it can]")
@click.option("--on", metavar="CLUSTER",
              help='Compute on a Ray cluster: "ray" is the one of this computer, "ray://HOST:10001" another one.')
@click.option("--model", metavar="NAME", shell_complete=names_of(models),
              help="The model for every sound that names none.")
@click.option("--generation-config", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="The FILE, as stable-audio-tools' script names it.")
@click.option("--pretrained-name", metavar="NAME",
              help="The model by its published weights, like stabilityai/stable-audio-open-1.0.")
@click.option("--model-config", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="A model of your own by its config, with its --ckpt-path.")
@click.option("--ckpt-path", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="The checkpoint of a model of your own.")
@click.option("--pretransform-ckpt-path", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="A checkpoint for the model's autoencoder alone.")
@click.option("--model-half", is_flag=True, help="Run that model on this computer in half precision.")
@click.option("--device", type=click.Choice(get_args(Device)), help="Run that model on this computer, and where.")
@click.option("--leave-out", "left_out", multiple=True, metavar="KEY,…",
              help="Keys of a generation config to do without, where the model has nothing like them.")
@click.option("--edition", metavar="TEXT", default="",
              help="Other seeds, wherever the file says none; the same word once more goes on with the same sounds.")
@click.option("--retry", is_flag=True, help="Ask again for what failed, too.")
@as_json_option
@pass_shell
def batch(
    shell: Shell, file: Path | None, output: Path | None, kind: str | None, naming: Naming | None, dry_run: bool,
    at_once: int | None, on: str | None, model: str | None, generation_config: Path | None,
    pretrained_name: str | None, model_config: Path | None, ckpt_path: Path | None,
    pretransform_ckpt_path: Path | None, model_half: bool, device: str | None, left_out: tuple[str, ...],
    edition: str, retry: bool, as_json: bool,
) -> None:  # fmt: skip
    """Make all the sounds of a FILE: a recipe (.toml, .yaml), a table (.csv), a prompt a line (.txt), or a generation
    config of stable-audio-tools (.json).

    What is there already is not made again: after a crash, a Ctrl-C or a refused sound the same command goes on. The
    daemon is asked where one runs; what you press on a pad goes before.
    """
    from bridge.cli.batching import Batch, report_lines
    from bridge.cli.weights import Weights

    if (file is None) == (generation_config is None):
        raise click.UsageError("Name one file: FILE, or --generation-config FILE.")
    weights = Weights(pretrained=pretrained_name, config=model_config, checkpoint=ckpt_path,
                      pretransform=pretransform_ckpt_path, half=model_half, device=device)  # fmt: skip
    asked_file = file or generation_config or Path()
    keys = frozenset(filter(None, ",".join(left_out).split(",")))
    choice = _chosen(shell, asked_file, Choice(model, edition, keys), weights, dry_run=dry_run)
    with shell.session(on=on) as session:
        plan = _plan(shell, session, asked_file, choice)
        wanted = replace(plan.output, format=kind or plan.output.format, naming=naming or plan.output.naming,
                         folder=str(output) if output else plan.output.folder)  # fmt: skip
        plan = replace(plan, output=wanted)
        writer = _writer(plan) if plan.output.folder else None
        asked = Batch(plan)
        asked.look(session)
        missing = asked.missing(retry=retry)
        usd, problem = asked.price(session, missing)
        if dry_run:
            _say_plan(asked, len(missing), usd, problem, as_json=as_json)
            return
        if problem:
            say.error(problem, "What can't be paid fails; the same command with --retry goes on later.")
        asked.run(session, at_once=at_once or max(AT_ONCE, session.hands), retry=retry)
        licences = {one["name"]: one["licence"] for one in session.ask("models")["models"]}
        files = writer.write(session, asked.with_samples(session), licences) if writer else []
    report = asked.report(licences)
    if writer:
        report |= {"folder": str(Path(plan.output.folder or "").absolute()), "files": [str(path) for path in files]}
    if as_json:
        say.as_json({"report": report})
    else:
        for line in report_lines(report):
            say.line(line)
        if files:
            say.line(f"  {len(files)} files in {report['folder']}")
    if report["failed"] or report["asking"]:
        raise click.exceptions.Exit(FAILED)


class Choice(NamedTuple):
    """Holds what the command says beside the file: a model, an edition, keys to do without."""

    model: str | None
    edition: str
    left_out: frozenset[str]


def _chosen(shell: Shell, file: Path, choice: Choice, weights: Weights, *, dry_run: bool) -> Choice:
    """Returns the choice with the model that the options of stable-audio-tools' script name, if they name one."""
    if not weights.are_named:
        return choice
    from bridge.cli.weights import named_model

    if file.suffix.lower() != ".json":
        raise RequestError(f"{file.name} is no generation config, so it has no weights of its own.", "Say --model.")
    if choice.model:
        raise RequestError("--model and the weights both name a model.", "Say one of them.")
    _text(file)
    name, added = named_model(shell, weights, dry_run=dry_run)
    if added:
        say.aside(f"Added [models.{name}] to {shell.path}.")
    return choice._replace(model=name)


def _plan(shell: Shell, session: Session, file: Path, choice: Choice) -> Plan:
    if file.suffix.lower() == ".json":
        return _plan_of_script(shell, session, file, choice)
    from bridge.packs.recipe import read_recipe

    model, octave = choice.model or shell.config.model, shell.config.library.middle_c_octave
    return read_recipe(file.name, _text(file), model=model, edition=choice.edition, octave=octave, digest=_digest)


def _plan_of_script(shell: Shell, session: Session, file: Path, choice: Choice) -> Plan:
    from bridge.cli.weights import CONFIG, heard, read_model_config
    from bridge.models.catalogue.rows import rows
    from bridge.packs.tools import Can, read_script

    known = rows(shell.config.models)
    model = choice.model or shell.config.model
    has = _capabilities(session, model)
    row = known.get(model)
    own = row.loading.get(CONFIG) if row else None
    config = read_model_config(Path(own)) if own else {}
    can = Can(model=model, options=heard(config, row.options) if row else (), negative=has["negative"],
              seeded=has["seeded"], audio=bool(has["audio"]), config=config)  # fmt: skip
    return read_script(file.name, _text(file), can, left_out=choice.left_out, edition=choice.edition,
                       read=lambda named: _text(_named(named, file)), find=lambda named: _named(named, file),
                       digest=_digest)  # fmt: skip


def _capabilities(session: Session, model: str) -> Shown:
    """Returns what a model can; a running daemon may need a moment to see one that was just added."""
    for _ in range(_LOOKS):
        models = {one["name"]: one["capabilities"] for one in session.ask("models")["models"]}
        if model in models or not session.live:
            break
        time.sleep(_LOOK_SECONDS)
    if model not in models:
        raise unknown("model", model, models)
    has: Shown = models[model]
    return has


def _named(named: str, file: Path) -> Path:
    """Returns a file that another one names: from here, as the script finds it, else from beside that one."""
    return Path(named) if Path(named).exists() else file.parent / named


def _writer(plan: Plan) -> PackWriter:
    """Returns what writes the pack; raises where the format can't be written, before anything is made."""
    from bridge.cli.packing import PackWriter

    return PackWriter(plan, Path(plan.output.folder or ""))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as problem:
        raise RequestError(f"{file} can't be read: {problem.strerror}.") from problem
    except UnicodeDecodeError as problem:
        raise RequestError(f"{file} is no text in UTF-8.", "Save it as UTF-8.") from problem


def _digest(path: str) -> str:
    """Returns what stands for the bytes of a sound; the bridge's own, named by their ids, never change."""
    file = Path(path)
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


def _say_plan(asked: Batch, missing: int, usd: float, problem: str, *, as_json: bool) -> None:
    plan = asked.plan
    shown: Shown = {
        "name": plan.name, "planned": len(plan.items), "merged": plan.merged, "there": len(asked.before),
        "missing": missing, "usd": usd, "problem": problem, "items": [dict(item.fields) for item in plan.items],
    }  # fmt: skip
    if as_json:
        say.as_json({"plan": shown})
        return
    rows = [
        (fields.get("family", ""), fields.get("note", ""), fields.get("energy", ""), fields["seed"], fields["model"],
         say.shortened(fields.get("prompt", ""), 60))
        for fields in shown["items"][:_SHOWN]
    ]  # fmt: skip
    say.table(("family", "note", "energy", "seed", "model", "prompt"), rows)
    if len(plan.items) > _SHOWN:
        say.line(f"… and {len(plan.items) - _SHOWN} more")
    say.line(f"{missing} of {len(plan.items)} would be made, for at most ${usd:.4g}; {len(asked.before)} are there.")
    if problem:
        say.error(problem, "")


_SHOWN = 20
"""The first rows of a dry run tell whether the lists multiply as they were meant to."""
_LOOKS, _LOOK_SECONDS = 25, 0.2
"""How often, and how far apart, a daemon is asked for a model that was just added to its config."""
