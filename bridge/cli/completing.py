"""Completes names in a shell: those of the running daemon where one answers at once, else those of the config file.

A completion that is late or wrong disturbs whoever types. So nothing here raises, nothing heavy is imported (no
pydantic), and a daemon that does not answer within a moment is not asked again.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from bridge.cli.client import Client

PATIENCE_SECONDS = 0.1
NEWEST = 20
"""So many ids are offered: nobody completes an older one by hand."""

Complete = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]
Name = tuple[str, str]
"""What can be typed, and what it is; the latter is shown by shells that can."""


class Sources:
    """Holds where names come from: what the config file says, and the daemon until it once fails to answer."""

    def __init__(self, context: click.Context) -> None:
        from bridge.config.places import config_path, state_folder

        said = context.find_root().params
        self.settings = _settings(Path(said.get("chosen") or config_path()), said.get("options") or ())
        state = self.settings.get("state_folder")
        self._daemon = _daemon(Path(state).expanduser() if isinstance(state, str) else state_folder())

    def ask(self, name: str, **fields: Any) -> dict[str, Any] | None:
        """Returns what the daemon answers, None where it does not."""
        from bridge.errors import BridgeError

        if self._daemon is None:
            return None
        try:
            return self._daemon.ask(name, **fields)
        except BridgeError:
            self._daemon = None
            return None

    def table(self, name: str) -> Mapping[str, Any]:
        """Returns a table of the config file, empty where it is none."""
        found = self.settings.get(name)
        return found if isinstance(found, dict) else {}


def _settings(file: Path, options: Sequence[str]) -> Mapping[str, Any]:
    import os

    from bridge.config.overrides import from_environment, from_options, joined

    settings = tomllib.loads(file.read_text(encoding="utf-8-sig")) if file.exists() else {}
    beside = [*from_environment(os.environ, settings, ("state_folder",)), *from_options(tuple(options))]
    return joined(settings, beside)


def _daemon(state_folder: Path) -> Client | None:
    from bridge.cli.client import Client
    from bridge.web.credentials import read_credentials

    credentials = read_credentials(state_folder)
    return Client(credentials, patience=PATIENCE_SECONDS) if credentials else None


def pads(sources: Sources) -> Iterator[Name]:
    answer = sources.ask("pads")
    if answer is not None:
        yield from ((pad["name"], pad["prompt"]) for pad in answer["pads"])
        return
    for name, pad in sources.table("pads").items():
        yield name, str(pad.get("prompt", "")) if isinstance(pad, dict) else ""


def kits(sources: Sources) -> Iterator[Name]:
    answer = sources.ask("kits")
    kits = answer["kits"] if answer is not None else {
        name: kit.get("pads", ()) if isinstance(kit, dict) else () for name, kit in sources.table("kits").items()
    }  # fmt: skip
    yield from ((name, ", ".join(map(str, pads))) for name, pads in kits.items())


def models(sources: Sources) -> Iterator[Name]:
    """Yields the models that make sounds, and those of the catalogue, which the daemon knows too."""
    from importlib import resources

    text = resources.files("bridge.models.catalogue").joinpath("catalogue.toml").read_text(encoding="utf-8")
    known = {"synth": "the built-in synthesiser"}
    known |= {name: str(row.get("text", "")) for name, row in tomllib.loads(text).items()}
    known |= dict.fromkeys(sources.table("models"), "")
    if answer := sources.ask("models"):
        known |= {model["name"]: "" for model in answer["models"] if model["name"] not in known}
    yield from known.items()


def scripts(sources: Sources) -> Iterator[Name]:
    """Yields the hosts with a script; what their descriptions say is not read for that."""
    import bridge

    package = Path(bridge.__file__).parent
    for folder in (package, package.parent):
        yield from ((path.parent.name, "") for path in sorted(folder.glob("daw_scripts/*/host.toml")))


def hosts(sources: Sources) -> Iterator[Name]:
    yield from ((name, "") for name in sources.table("hosts"))


def families(sources: Sources) -> Iterator[Name]:
    from bridge.domain.family import FAMILIES

    yield from ((name, "") for name in FAMILIES)


def formats(sources: Sources) -> Iterator[Name]:
    from bridge.instruments.formats import names_of_formats

    yield from ((name, "") for name in names_of_formats())


def jobs(sources: Sources) -> Iterator[Name]:
    """Yields the newest jobs; without a daemon none, for the store is slow to open."""
    yield from _jobs(sources.ask("jobs", limit=NEWEST))


def unfinished_jobs(sources: Sources) -> Iterator[Name]:
    yield from _jobs(sources.ask("jobs", limit=NEWEST, unfinished=True))


def _jobs(answer: dict[str, Any] | None) -> Iterator[Name]:
    for job in answer["jobs"] if answer else ():
        yield job["id"], f"{job['state']}: {job['brief']['prompt']}"


def samples(sources: Sources) -> Iterator[Name]:
    """Yields the newest samples; without a daemon none."""
    answer = sources.ask("samples", limit=NEWEST)
    for sample in answer["samples"] if answer else ():
        yield sample["id"], sample["prompt"]


Kind = Callable[[Sources], Iterator[Name]]

_IDS: dict[Kind, str] = {jobs: "j-", unfinished_jobs: "j-", samples: "s-"}
"""How ids begin: what begins otherwise need not be looked for."""


def names_of(*kinds: Kind) -> Complete:
    """Returns what completes names of these kinds, for `shell_complete` of an option or argument."""

    def complete(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        from bridge.cli.say import clean, shortened

        wanted = [kind for kind in kinds if _may_begin(_IDS.get(kind, ""), incomplete)]
        try:
            sources = Sources(context)
            found = [name for kind in wanted for name in kind(sources) if name[0].startswith(incomplete)]
        except Exception:  # a border: whoever types has no use for an error, whatever it is
            return []
        return [CompletionItem(clean(name), help=shortened(clean(text)) or None) for name, text in found]

    return complete


def _may_begin(start: str, incomplete: str) -> bool:
    return incomplete.startswith(start[: len(incomplete)])
