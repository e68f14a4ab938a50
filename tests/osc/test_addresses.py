"""The table: every row is read, filled and documented, and what no row has is refused."""

from __future__ import annotations

import re

import pytest

from bridge.domain.brief import Request
from bridge.errors import RequestError
from bridge.osc.addresses import INCOMING, OUTGOING, fill, match, read, ref_of, reference
from bridge.osc.codec import Message, decode, encode
from bridge.osc.kinds import KINDS

GOOD = {
    "name": "kick", "word": "s-aaaaaaaaaaaa", "prompt": "deep kick", "mapping": "drum", "busy": "newest", "note": 36,
    "seed": 7, "count": 2, "port": 9000, "seq": 3, "seconds": 0.5, "velocity": 0.5, "energy": 0.5, "text": "x",
    "integer": 1, "float": 0.5, "bpm": 120, "enhance": "ask", "switch": 1,
}


def example(row):
    """Returns a message that says everything that a row allows."""
    key = row.keys[0] if "<key>" in row.pattern else None
    address = row.pattern.replace("<pad>", "kick").replace("<key>", key.name if key else "")
    arguments = [GOOD[argument.kind] for argument in row.arguments] + ([GOOD[key.kind]] if key else [])
    if row.pairs:
        arguments += [part for each in row.keys for part in (each.name, GOOD[each.kind])]
    return Message(address, tuple(arguments))


@pytest.mark.parametrize("row", INCOMING.values(), ids=INCOMING)
def test_every_incoming_row_reads_its_own_example(row):
    (timed,) = decode(encode(example(row)))
    call = read(timed.message)
    assert call.address is row
    expected = {argument.name for argument in row.arguments} | set(re.findall("<(.*?)>", row.pattern))
    expected |= {key.name for key in row.keys} if row.pairs else set()
    assert expected <= set(call.values)


@pytest.mark.parametrize("row", INCOMING.values(), ids=INCOMING)
def test_a_sender_of_floats_only_is_understood(row):
    message = example(row)
    floats = tuple(float(value) if isinstance(value, int) else value for value in message.arguments)
    # A velocity is the one value that a float may say differently; the example's 0.5 is the same in both.
    assert read(Message(message.address, floats)).values == read(message).values


@pytest.mark.parametrize("row", OUTGOING.values(), ids=OUTGOING)
def test_every_outgoing_row_is_filled_in_its_types(row):
    values = {argument.name: GOOD[argument.kind] for argument in row.arguments}
    if "<pad>" in row.pattern:
        values["pad"] = "kick"
    pairs = [(key.name, "x") for key in row.keys]
    message = fill(row.key, pairs=pairs, **values)
    found = match(message.address)
    assert found is not None
    assert found[0] is row
    letters = {int: "i", float: "f", str: "s"}
    sent = "".join(letters[type(value)] for value in message.arguments)
    assert sent == "".join(KINDS[argument.kind].types for argument in row.arguments) + "ss" * len(pairs)


def test_the_addresses_are_the_documented_ones():
    assert set(INCOMING) == {
        "pad/<pad>", "generate", "set/<pad>/<key>", "again", "keep", "discard", "cancel", "accept", "tempo", "key",
        "kit", "play", "silence", "subscribe", "pads", "ping", "loaded", "load_failed",
    }
    assert set(OUTGOING) == {
        "job/accepted", "job/progress", "job/asking", "job/ready", "job/failed", "job/cancelled", "job/rejected",
        "sample/ready", "pad/<pad>/state", "delivery", "error", "pong",
    }


def test_every_row_argument_and_key_is_in_the_reference():
    page = reference()
    for row in (*INCOMING.values(), *OUTGOING.values()):
        assert f"| `{row.pattern}` |" in page
        assert row.doc.replace("|", "\\|") in page
        assert all(f":{argument.name}" in page for argument in row.arguments)
        assert all(f"`{key.name}`" in page or row.direction == "out" for key in row.keys)


def test_the_tables_of_the_reference_are_whole():
    lines = [line for line in reference().splitlines() if line.startswith("|")]
    assert len(lines) > len(INCOMING) + len(OUTGOING)
    for line in lines:
        assert len(re.split(r"(?<!\\)\|", line)) == 5


def test_every_key_of_generate_is_a_field_of_a_request():
    assert {key.name for key in INCOMING["generate"].keys} <= set(Request.__dataclass_fields__)


@pytest.mark.parametrize(
    ("address", "arguments", "message", "hint"),
    [
        ("/oneshot/genrate", ("x",), "no OSC address '/oneshot/genrate'", "Did you mean /oneshot/generate?"),
        ("/oneshot/job/ready", (), "no OSC address", ""),
        ("/oneshot/pad/Kick", (), "/oneshot/pad/<pad>: pad is 1–32 of a–z", ""),
        ("/oneshot/pad/*", (), "pad is 1–32 of a–z", ""),
        ("/oneshot/pad/kick", (100, 1), "2 arguments are too many", "[i|f:velocity]"),
        ("/oneshot/pad/kick", (200,), "velocity is a velocity 1–127", ""),
        ("/oneshot/generate", (), "prompt is missing", "s:prompt [key value …]"),
        ("/oneshot/generate", ("",), "prompt is empty", ""),
        ("/oneshot/generate", ("x" * 2001,), "prompt may have 2,000 characters", ""),
        ("/oneshot/generate", ("x", "sead", 1), "no key 'sead'", "Did you mean seed?"),
        ("/oneshot/generate", ("x", 5, 1), "no key 5", "The keys are"),
        ("/oneshot/generate", ("x", "seed"), "seed has no value", "key, value pairs"),
        ("/oneshot/generate", ("x", "seed", 1, "seed", 2), "seed is given twice", ""),
        ("/oneshot/generate", ("x", "energy", 0), "energy is more than 0", ""),
        ("/oneshot/set/kick/promt", ("x",), "no key 'promt'", "Did you mean prompt?"),
        ("/oneshot/set/kick/prompt", (), "value is missing", ""),
        ("/oneshot/subscribe", (70_000,), "port goes from 1 to 65535", ""),
        ("/oneshot/subscribe", (9000, "../../etc"), "host is 1–32 of", ""),
        ("/oneshot/cancel", (b"\0",), "target wants text, not a blob", ""),
    ],
)
def test_a_refusal_names_the_mistake_and_the_cure(address, arguments, message, hint):
    with pytest.raises(RequestError) as caught:
        read(Message(address, arguments))
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_a_strangers_address_is_shown_short_and_on_one_line():
    with pytest.raises(RequestError) as caught:
        read(Message("/x\n\x1b[2J" + "y" * 5_000))
    assert len(caught.value.message) < 120
    assert caught.value.message.isprintable()


def test_the_ref_of_a_wrong_message_is_found():
    assert ref_of(Message("/oneshot/generate", ("", "sead", 1, "ref", "mine"))) == "mine"
    assert ref_of(Message("/oneshot/generate", ("x", "ref"))) == ""
    assert ref_of(Message("/oneshot/generate", ("x", "ref", b"\0"))) == ""
    assert ref_of(Message("/oneshot/pad/kick", (1,))) == ""
    assert ref_of(Message("/elsewhere")) == ""


def test_an_optional_argument_that_is_empty_is_left_out():
    assert fill("job/ready", job="j", reason="").arguments == ("j", "")
    assert fill("job/ready", job="j", reason="", ref="mine").arguments == ("j", "", "mine")


def test_a_mistake_of_the_bridge_itself_is_loud():
    with pytest.raises(KeyError):
        fill("job/ready", job="j", reason="", colour="red")
    with pytest.raises(KeyError):
        fill("delivery", host="h", seq=1, pairs=[("colour", "red")])
    with pytest.raises(ValueError):
        fill("delivery", host="h")
