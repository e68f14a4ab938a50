"""The command about models: which there are, all about one, and whether the rows still fit them. Needs no daemon."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from bridge.cli import completing, say, show
from bridge.cli.completing import names_of
from bridge.cli.exits import FAILED
from bridge.cli.meter import Meter
from bridge.cli.shell import Shell, as_json_option, pass_shell
from bridge.errors import BridgeError, NotFoundError, unknown

if TYPE_CHECKING:
    from bridge.config.models import Row


@click.group(invoke_without_command=True)
@as_json_option
@click.pass_context
def models(context: click.Context, as_json: bool) -> None:
    """List the models that make sounds and words, with price and licence."""
    if context.invoked_subcommand is not None:
        return
    found = _views(context.ensure_object(Shell))
    if as_json:
        say.as_json({"models": list(found.values())})
        return
    lines = [
        (view["name"], view["provider"], view["makes"], view["price"],
         view["licence"]["id"].removeprefix("LicenseRef-"), view["licence"]["commercial"])
        for view in found.values()
    ]
    say.table(("model", "provider", "makes", "price", "licence", "commercial use"), lines)


@models.command(name="show")
@click.argument("name", shell_complete=names_of(completing.models))
@as_json_option
@pass_shell
def show_model(shell: Shell, name: str, as_json: bool) -> None:
    """Show all about a model: its inputs, its price, its licence."""
    found = _views(shell)
    if name not in found:
        raise unknown("model", name, found)
    if as_json:
        say.as_json({"model": found[name]})
        return
    for fact in show.facts(found[name]):
        say.line(fact)


@models.command()
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=names_of(completing.models))
@as_json_option
@pass_shell
def check(shell: Shell, names: tuple[str, ...], as_json: bool) -> None:
    """Compare the rows of models with what the models say themselves.

    Asks the providers, so Replicate's models need a key. Costs nothing. Ends with 1 if a row does not fit its model
    or nothing could be compared.
    """
    from bridge.models.catalogue.rows import rows

    known = rows(shell.config.models)
    for name in names:
        if name not in known:
            raise unknown("model", name, known)
    wanted = names or tuple(known)
    with Meter("asking", len(wanted)) as meter:
        checks = list(meter.over(_checked(name, known[name]) for name in wanted))
    if as_json:
        say.as_json({"checks": checks})
    else:
        for one in checks:
            for text in one["found"] or ["fits"]:
                say.judged(one["state"], f"{one['name']:<18}  {text}")
    if any(one["state"] == "broken" for one in checks) or not any(one["state"] == "ok" for one in checks):
        raise click.exceptions.Exit(FAILED)


@models.command()
@click.argument("name", shell_complete=names_of(completing.models))
@click.option("--yes", is_flag=True, help="Do not ask: fetch them.")
@pass_shell
def fetch(shell: Shell, name: str, yes: bool) -> None:
    """Fetch the weights of a model that this computer runs, once you have seen their licence and their size.

    Nothing else ever fetches weights. They lie where Hugging Face's own tools keep them.
    """
    from bridge.cli.locals import fetched
    from bridge.models.catalogue.rows import rows

    known = rows(shell.config.models)
    if name not in known:
        raise unknown("model", name, known)
    fetched(name, known[name], sure=yes)


def _checked(name: str, row: Row) -> dict[str, Any]:
    import asyncio

    from bridge.cli.locals import judged
    from bridge.models.catalogue.drift import drift
    from bridge.models.registry import schema_of

    if row.provider == "local":
        seen = judged(name, row)
        return {"name": name, "state": seen.state, "found": [f"{seen.text} {seen.cure}".strip()]}

    async def ask() -> Mapping[str, Any]:
        return await schema_of(row.provider or "")(row)

    try:
        found = [str(one) for one in drift(row, asyncio.run(ask()))]
    except NotFoundError as problem:
        return {"name": name, "state": "notice", "found": [str(problem)]}
    except BridgeError as problem:
        return {"name": name, "state": "notice", "found": [f"was not compared: {problem}"]}
    return {"name": name, "state": "broken" if found else "ok", "found": found}


def _views(shell: Shell) -> dict[str, dict[str, Any]]:
    """Returns every model as it is shown: the installed ones, then the rows."""
    from bridge.models.catalogue.rows import rows
    from bridge.models.catalogue.words import row_view

    known = rows(shell.config.models)
    return {**_installed(), **{name: row_view(name, row) for name, row in known.items()}}


def _installed() -> dict[str, dict[str, Any]]:
    from bridge.models.catalogue.words import model_view
    from bridge.models.registry import ModelContext, open_models

    return {model.name: model_view(model) for model in open_models(ModelContext(workers=_Idle())).all()}


class _Idle:
    """Stands where the worker processes would: models are looked at here, not asked."""

    async def run(self, task: str, *arguments: Any, priority: int = 0, gpus: float = 0.0) -> Any:
        raise BridgeError("Nothing is made here.")
