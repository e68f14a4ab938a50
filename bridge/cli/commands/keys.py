"""Commands that keep the user's keys for providers."""

from __future__ import annotations

import click

from bridge.cli import say
from bridge.cli.shell import as_json_option
from bridge.config.keys import VARIABLES, forget_key, set_key, where

provider_argument = click.argument("provider", type=click.Choice(list(VARIABLES)))


@click.group()
def keys() -> None:
    """Keep your keys for providers of models."""


@keys.command("set")
@provider_argument
def set_command(provider: str) -> None:
    """Ask for a key and keep it, in the keyring of this computer or in a file that only you can read."""
    key = click.prompt(f"The key for {provider}", hide_input=True, err=True)
    say.line(f"Kept in {set_key(provider, key)}.")


@keys.command("forget")
@provider_argument
def forget_command(provider: str) -> None:
    """Forget a kept key."""
    say.line("Forgotten." if forget_key(provider) else "There was none.")
    if left := where(provider):
        say.aside(f"There is still one in {left}.")


@keys.command("show")
@as_json_option
def show_command(as_json: bool) -> None:
    """Tell where each key lies; the keys themselves are never shown."""
    places = {provider: where(provider) for provider in VARIABLES}
    if as_json:
        say.as_json({"keys": places})
        return
    say.table(("provider", "key"), [(provider, place or "none") for provider, place in places.items()])
