"""The OSC addresses, a row each. The table feeds dispatch, validation, feedback and the reference page.

A row's key is its pattern without `/oneshot/`. A segment in angle brackets is a placeholder: `<pad>` is a name,
`<key>` is one of the row's keys.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from bridge.errors import RequestError
from bridge.osc.codec import MOST_ARGUMENTS, Message
from bridge.osc.kinds import KINDS, Scalar, shown

PREFIX = "/oneshot/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """Describes an argument or a key: its name, its kind (a row of KINDS) and whether it may be left out."""

    name: str
    kind: str
    optional: bool = False

    def read(self, value: Scalar) -> Any:
        """Returns the value as the bridge means it; raises RequestError with the argument's name."""
        try:
            return KINDS[self.kind].read(value)
        except ValueError as reason:
            raise RequestError(f"{self.name} {reason}.") from reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Describes one address. `arguments` come in this order, optional ones last.

    `pairs` says that key, value pairs follow; `keys` are the keys that they (or the placeholder `<key>`) may
    have. `asks` marks a trigger: a refusal of it is a `job/rejected`.
    """

    direction: Literal["in", "out"]
    pattern: str
    doc: str
    arguments: tuple[Argument, ...] = ()
    keys: tuple[Argument, ...] = ()
    pairs: bool = False
    asks: bool = False

    @property
    def key(self) -> str:
        return self.pattern.removeprefix(PREFIX)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Holds a message that was understood: its row, and every placeholder, argument and pair that was given."""

    address: Address
    values: dict[str, Any]


def _arguments(*specs: str) -> tuple[Argument, ...]:
    """Builds arguments from `name:kind`; a trailing `?` is optional."""
    split = (spec.removesuffix("?").split(":") for spec in specs)
    return tuple(
        Argument(name=word, kind=kind, optional=spec.endswith("?"))
        for (word, kind), spec in zip(split, specs, strict=True)
    )


_GENERATE_KEYS = _arguments(
    "pad:name", "negative:prompt", "model:word", "seed:seed", "seconds:seconds", "note:note", "pad_note:note",
    "mapping:mapping", "family:name", "energy:energy", "count:count", "ref:word",
    "bpm:bpm", "key:word", "enhance:enhance",
)
_PAD_KEYS = _arguments(
    "prompt:prompt", "negative:prompt", "model:word", "seconds:seconds", "note:note", "pad_note:note",
    "mapping:mapping", "family:name", "shape:word", "count:count", "busy:busy",
    "enhance:enhance", "fallback:word",
)

_ROWS: tuple[Address, ...] = (
    Address(direction="in", pattern="/oneshot/pad/<pad>", asks=True, arguments=_arguments("velocity:velocity?"),
            doc="Makes a new sound for a pad. Without a velocity it is hit with full energy."),
    Address(direction="in", pattern="/oneshot/generate", asks=True, arguments=_arguments("prompt:prompt"), pairs=True,
            keys=_GENERATE_KEYS,
            doc="Makes a sound from a prompt. `ref` is echoed in every reply; the same `ref` again is the same job."),
    Address(direction="in", pattern="/oneshot/set/<pad>/<key>", keys=_PAD_KEYS,
            doc="Sets a pad's key to one value until the daemon restarts; never written to the config."),
    Address(direction="in", pattern="/oneshot/again", asks=True, arguments=_arguments("target:word?"),
            doc="Makes a sample's, pad's or job's sound once more with a new seed; by default the sender's last."),
    Address(direction="in", pattern="/oneshot/keep", arguments=_arguments("target:word?"),
            doc="Keeps a sample or a pad's current one; by default the sender's last."),
    Address(direction="in", pattern="/oneshot/discard", arguments=_arguments("target:word?"),
            doc="Discards a sample or a pad's current one, and the pad goes back; by default the sender's last."),
    Address(direction="in", pattern="/oneshot/cancel", arguments=_arguments("target:word?"),
            doc="Cancels a job, or a pad's unfinished jobs; by default the sender's last job."),
    Address(direction="in", pattern="/oneshot/play", arguments=_arguments("target:word?"),
            doc="Lets a sample or a pad's current one be heard; by default the sender's last."),
    Address(direction="in", pattern="/oneshot/silence", arguments=(),
            doc="Ends what is being heard."),
    Address(direction="in", pattern="/oneshot/accept", arguments=_arguments("target:word"), pairs=True,
            keys=_arguments("prompt:prompt", "original:switch"),
            doc="Says yes to the words that a job (or a pad's job) asks about: as they are, with your `prompt` "
                "instead, or your `original` ones."),
    Address(direction="in", pattern="/oneshot/tempo", arguments=_arguments("bpm:bpm"),
            doc="Says the tempo of the song for sounds to come, until the daemon restarts."),
    Address(direction="in", pattern="/oneshot/key", arguments=_arguments("key:word"),
            doc="Says the key of the song (like `F# minor`) for sounds to come, until the daemon restarts."),
    Address(direction="in", pattern="/oneshot/kit", arguments=_arguments("name:name"),
            doc="Selects the kit whose pads MIDI notes trigger."),
    Address(direction="in", pattern="/oneshot/subscribe", arguments=_arguments("port:port", "host:name?"),
            doc="Sends everything to this port of the sender's machine for 60 s. With a host, its deliveries too, "
                "the unacknowledged ones at once."),
    Address(direction="in", pattern="/oneshot/pads",
            doc="Answers with the state of every pad, for lights that have just come."),
    Address(direction="in", pattern="/oneshot/ping", doc="Renews the sender's subscriptions; answered by a pong."),
    Address(direction="in", pattern="/oneshot/loaded", arguments=_arguments("host:name", "seq:seq"),
            doc="Acknowledges a delivery: the host plays it."),
    Address(direction="in", pattern="/oneshot/load_failed", arguments=_arguments("host:name", "seq:seq", "reason:word"),
            doc="Says that a host could not load a delivery, and why."),
    Address(direction="out", pattern="/oneshot/job/accepted", arguments=_arguments("job:text", "pad:text", "ref:text"),
            doc="A trigger was accepted durably; `pad` and `ref` are empty where there are none."),
    Address(direction="out", pattern="/oneshot/job/progress",
            arguments=_arguments("job:text", "stage:text", "fraction:float", "eta_seconds:float", "ref:text?"),
            doc="A job goes on: its stage, how far it is (0–1) and the seconds left (0 = unknown)."),
    Address(direction="out", pattern="/oneshot/job/asking",
            arguments=_arguments("job:text", "reason:text", "ref:text?"),
            doc="A job waits for its user: the words that it would use, or a call that may have been paid."),
    Address(direction="out", pattern="/oneshot/job/ready",
            arguments=_arguments("job:text", "reason:text", "ref:text?"),
            doc="A job ended well; its samples were announced before. `reason` is empty."),
    Address(direction="out", pattern="/oneshot/job/failed",
            arguments=_arguments("job:text", "reason:text", "ref:text?"),
            doc="A job ended without a sound, and why."),
    Address(direction="out", pattern="/oneshot/job/cancelled",
            arguments=_arguments("job:text", "reason:text", "ref:text?"),
            doc="A job was cancelled: by `user`, or `superseded` by a newer trigger."),
    Address(direction="out", pattern="/oneshot/job/rejected",
            arguments=_arguments("job:text", "reason:text", "ref:text?"),
            doc="A trigger was refused, and why. Nothing was accepted, so `job` is empty."),
    Address(direction="out", pattern="/oneshot/sample/ready",
            arguments=_arguments("id:text", "path:text", "root:integer", "cents:float", "low:integer", "high:integer",
                                 "pad:text", "job:text", "ref:text?"),
            doc="A sample is published: absolute path, MIDI root (−1 = unpitched), cents above the root, and the keys "
                "from low to high that it is meant for."),
    Address(direction="out", pattern="/oneshot/pad/<pad>/state", arguments=_arguments("state:text"),
            doc="A pad is now `idle`, `queued`, `rendering`, `asking`, `ready` or `failed`."),
    Address(direction="out", pattern="/oneshot/delivery", arguments=_arguments("host:text", "seq:integer"), pairs=True,
            keys=_arguments(*(f"{key}:text" for key in ("v", "sample", "pad", "action", "mode", "swap", "target",
                                                        "path", "mtime", "zone"))),
            doc="What a host has to load where, to those that subscribed for it. Answer with `loaded` or "
                "`load_failed`; until then every subscription repeats it. All values are text, and `zone` comes once "
                "per zone: `path|root|cents|lo|hi|vlo|vhi|loop_start|loop_end|turn|turns`, empty loop fields for a "
                "one-shot."),
    Address(direction="out", pattern="/oneshot/error", arguments=_arguments("text:text", "hint:text"),
            doc="A message could not be obeyed, or a host could not load: what is wrong, and the cure if known."),
    Address(direction="out", pattern="/oneshot/pong", arguments=_arguments("version:text"),
            doc="Answers a ping with the bridge's version."),
)

INCOMING: dict[str, Address] = {row.key: row for row in _ROWS if row.direction == "in"}
OUTGOING: dict[str, Address] = {row.key: row for row in _ROWS if row.direction == "out"}


def match(address: str) -> tuple[Address, dict[str, str]] | None:
    """Returns the row of an address with what stands in its placeholders (unchecked), or None."""
    segments = address.split("/")
    for row in _ROWS:
        pattern = row.pattern.split("/")
        if len(pattern) == len(segments):
            pairs = list(zip(pattern, segments, strict=True))
            if all(_is_placeholder(expected) or expected == found for expected, found in pairs):
                return row, {key[1:-1]: found for key, found in pairs if _is_placeholder(key)}
    return None


def read(message: Message) -> Call:
    """Returns what a message asks for, every value checked; raises RequestError with the address in it."""
    found = match(message.address)
    if found is None or found[0].direction == "out":
        near = difflib.get_close_matches(message.address, [row.pattern for row in INCOMING.values()], n=1, cutoff=0.5)
        raise RequestError(
            f"There is no OSC address {shown(message.address)}.", f"Did you mean {near[0]}?" if near else ""
        )
    row, placeholders = found
    try:
        return Call(address=row, values=_read_values(row, placeholders, message.arguments))
    except RequestError as problem:
        raise RequestError(f"{row.pattern}: {problem.message}", problem.hint) from problem


def ref_of(message: Message) -> str:
    """Returns the `ref` of a message that may be wrong in every other way, so that a refusal can echo it."""
    found = match(message.address)
    if found is None or "ref" not in (key.name for key in found[0].keys):
        return ""
    pairs = message.arguments[len(found[0].arguments) :]
    for key, value in zip(pairs[::2], pairs[1::2], strict=False):
        if key == "ref":
            try:
                return str(KINDS["word"].read(value))
            except ValueError:
                return ""
    return ""


def fill(key: str, pairs: Iterable[tuple[str, str]] = (), **values: Scalar) -> Message:
    """Builds the outgoing message of a row from its placeholders and arguments, in the types of the row.

    An optional argument that is empty is left out. Raises KeyError for a row or an argument that does not exist
    and ValueError for one that is missing: a mistake of the caller, not of the user.
    """
    row = OUTGOING[key]
    address = row.pattern
    for placeholder in _placeholders(row):
        address = address.replace(f"<{placeholder}>", str(values.pop(placeholder)))
    arguments: list[Scalar] = []
    for argument in row.arguments:
        value = values.pop(argument.name, "")
        if value != "" or not argument.optional:
            arguments.append(KINDS[argument.kind].read(value))
    if values:
        raise KeyError(f"{row.pattern} has no {', '.join(values)}")
    allowed = {key.name for key in row.keys}
    for word, text in pairs:
        if word not in allowed:
            raise KeyError(f"{row.pattern} has no key {word}")
        arguments += (word, text)
    return Message(address, tuple(arguments))


def reference() -> str:
    """Returns the reference page of all addresses as Markdown."""
    return "\n".join(
        [
            "# OSC reference",
            "",
            "UDP, messages or bundles; a bundle with a time tag in the future is obeyed at its time. Types sent: "
            f"i f s b. At most {MOST_ARGUMENTS} arguments. Whole floats are read as integers, integers as floats, "
            "and numbers as text and text as numbers where that is plain. In text, TAB and line ends become spaces; "
            "other control characters refuse the message.",
            "",
            "Replies go to the sender and to all subscribers. A sender that has subscribed is answered at the port "
            "that it subscribed, others at the port that they sent from. A subscription lasts 60 s and is renewed "
            "by `/oneshot/ping` from the same port, or by subscribing again. `ref` comes last in a reply, and only "
            "where the trigger had one.",
            "",
            *_ways(),
            "## To the bridge",
            "",
            *_table(INCOMING.values()),
            "",
            *(line for row in INCOMING.values() if row.keys for line in _key_table(row)),
            "## From the bridge",
            "",
            *_table(OUTGOING.values()),
            "",
        ]
    )


def _ways() -> tuple[str, ...]:
    """Returns what the page says of TCP, of other machines and of being found."""
    return (
        "## TCP, other machines, being found",
        "",
        "```toml",
        "[osc]",
        "tcp = true                        # the TCP port of the same number too",
        'host = "192.168.1.20"             # the address of this computer that others reach; 127.0.0.1 is nobody else',
        'allow = ["192.168.1.31"]          # the machines that may then make sounds, or networks: "192.168.1.0/24"',
        "announce = true                   # programs find the bridge by themselves",
        "```",
        "",
        "By TCP a message is framed by SLIP (OSC 1.1), or by its size before it as an int32 (OSC 1.0: liblo, "
        "SuperCollider); the bridge sees which, and answers on the same connection in the same way. A subscription "
        "goes over its connection, whatever port it names, and ends with it. Nothing is dropped: while "
        "the bridge is busy, a sender waits. Who does not read its answers is hung up on, and so is who speaks no OSC. "
        "64 connections are the most.",
        "",
        "The bridge hears this computer only, unless `host` says otherwise, and then nobody but this computer and the "
        "machines of `allow`: without that list it does not start. Others are neither obeyed nor answered; the log, "
        "`oneshot doctor` and the daemon's notices name them. OSC has no password and its senders can be forged, so do "
        "that in a network that you trust only.",
        "",
        "`announce` needs `pip install 'oneshot-bridge[zeroconf]'`. Programs that look for `_osc._udp` (or "
        "`_osc._tcp`) by Bonjour or Avahi then find *Oneshot Bridge on* your computer, in the networks that `host` "
        "lets in.",
        "",
    )


def _read_values(row: Address, placeholders: dict[str, str], given: tuple[Scalar, ...]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    expected = row.arguments
    if "key" in placeholders:
        setting = _key(row, placeholders["key"])
        expected = (Argument(name="value", kind=setting.kind),)
        values["key"] = setting.name
    if "pad" in placeholders:
        values["pad"] = Argument(name="pad", kind="name").read(placeholders["pad"])
    for argument, value in zip(expected, given, strict=False):
        values[argument.name] = argument.read(value)
    if missing := [argument.name for argument in expected[len(given) :] if not argument.optional]:
        raise RequestError(f"{missing[0]} is missing.", f"Arguments: {_signature(row)}")
    rest = given[len(expected) :]
    if rest and not row.pairs:
        raise RequestError(f"{len(given)} arguments are too many.", f"Arguments: {_signature(row) or 'none'}")
    return values | _read_pairs(row, rest)


def _read_pairs(row: Address, given: tuple[Scalar, ...]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for place in range(0, len(given), 2):
        setting = _key(row, given[place])
        if setting.name in values:
            raise RequestError(f"{setting.name} is given twice.")
        if place + 1 == len(given):
            raise RequestError(f"{setting.name} has no value.", "Send key, value pairs.")
        values[setting.name] = setting.read(given[place + 1])
    return values


def _key(row: Address, given: Scalar) -> Argument:
    for setting in row.keys:
        if setting.name == given:
            return setting
    known = [setting.name for setting in row.keys]
    near = difflib.get_close_matches(str(given)[:32], known, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"The keys are: {', '.join(known)}."
    raise RequestError(f"there is no key {shown(given)}.", hint)


def _is_placeholder(segment: str) -> bool:
    return segment.startswith("<")


def _placeholders(row: Address) -> list[str]:
    return [segment[1:-1] for segment in row.pattern.split("/") if _is_placeholder(segment)]


def _signature(row: Address) -> str:
    """Returns the arguments as `i:port [s:host]`, the way OSC pages write them."""
    parts = [f"{KINDS[argument.kind].types}:{argument.name}" for argument in row.arguments]
    parts = [f"[{part}]" if argument.optional else part for part, argument in zip(parts, row.arguments, strict=True)]
    if row.pairs:
        parts.append("[key value …]" if row.direction == "in" else "key value …")
    elif row.keys:
        parts.append("value")
    return " ".join(parts)


def _table(rows: Iterable[Address]) -> list[str]:
    cells = [(f"`{row.pattern}`", _cell(_signature(row)), _escaped(row.doc)) for row in rows]
    return ["| address | arguments | |", "|---|---|---|", *(f"| {' | '.join(line)} |" for line in cells)]


def _key_table(row: Address) -> list[str]:
    lines = [(f"`{key.name}`", _cell(KINDS[key.kind].types), KINDS[key.kind].says) for key in row.keys]
    head = [f"Keys of `{row.pattern}`:", "", "| key | type | value |", "|---|---|---|"]
    return [*head, *(f"| {' | '.join(line)} |" for line in lines), ""]


def _cell(code: str) -> str:
    return _escaped(f"`{code}`") if code else ""


def _escaped(text: str) -> str:
    # A bar ends a cell of a Markdown table even inside code.
    return text.replace("|", "\\|")
