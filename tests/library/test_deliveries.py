from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.domain.delivery import Delivery
from bridge.domain.instrument import Zone
from bridge.errors import LibraryError
from bridge.library.deliveries import decode_delivery, encode_delivery, file_name, reason_of, seq_of

plain = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=40)
note = st.integers(0, 127)
frames = st.integers(0, 10**9)


@st.composite
def deliveries(draw):
    mode = draw(st.sampled_from(["drum", "keys"]))
    zone = st.builds(
        Zone, path=plain.filter(lambda path: "|" not in path), root=note, low=note, high=note, velocity_low=note,
        velocity_high=note, cents=st.integers(-49_999, 50_000).map(lambda thousandths: thousandths / 1_000),
        follows_keys=st.just(mode == "keys"), choke=st.just(0), loop=st.none() | st.tuples(frames, frames),
    )
    return draw(st.builds(
        Delivery, host=st.from_regex(r"[a-z0-9-]{1,32}", fullmatch=True), seq=st.integers(1, 10**12 - 1), sample=plain,
        pad=plain, action=st.sampled_from(["load", "clear"]), mode=st.just(mode), target=plain, path=plain,
        mtime=st.integers(0, 10**11), zones=st.lists(zone, max_size=4).map(tuple), state=st.just("waiting"),
        reason=st.just(""),
    ))


DELIVERY = Delivery(
    host="reaper", seq=7, sample="s-abcdefghijkl", pad="bass", action="load", mode="keys", target="track:Bass",
    path="/home/ü/Oneshot Bridge/samples/bass/a.wav", mtime=1_800_000_000,
    zones=(Zone(path="/home/ü/Oneshot Bridge/samples/bass/a.wav", root=40, cents=-12.5, low=33, high=47),),
)


@given(deliveries())
@settings(max_examples=100, deadline=None)
def test_what_is_written_is_what_is_read(delivery):
    assert decode_delivery(encode_delivery(delivery)) == delivery


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_damaged_delivery_is_read_as_one_or_refused_but_never_anything_else(data):
    content = bytearray(encode_delivery(DELIVERY))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        delivery = decode_delivery(bytes(content))
    except LibraryError:
        return
    encode_delivery(replace(delivery, zones=(), target="", path="", pad="", sample="", seq=1))


def test_the_text_is_lines_of_key_tab_value():
    assert encode_delivery(DELIVERY).decode() == (
        "v\t1\nhost\treaper\nseq\t7\nsample\ts-abcdefghijkl\npad\tbass\naction\tload\nmode\tkeys\nswap\tnow\n"
        "target\ttrack:Bass\npath\t/home/ü/Oneshot Bridge/samples/bass/a.wav\nmtime\t1800000000\n"
        "zone\t/home/ü/Oneshot Bridge/samples/bass/a.wav|40|-12.5|33|47|1|127|||1|1\n"
    )


@pytest.mark.parametrize("changes", [
    {"target": "track:a\tb"}, {"target": "track:a\nb"}, {"pad": "a\r"}, {"path": "/a\x00b"}, {"host": "Live 12"},
    {"host": "../x"}, {"target": "\ud800"}, {"target": "a\u2028b"},
    {"zones": (replace(DELIVERY.zones[0], path="/a|b.wav"),)},
])
def test_what_a_line_cannot_hold_is_not_delivered(changes):
    with pytest.raises(LibraryError):
        encode_delivery(replace(DELIVERY, **changes))


@pytest.mark.parametrize(("old", "new"), [
    ("v\t1\n", "v\t2\n"), ("v\t1\n", ""), ("mode\tkeys", "mode\tloop"), ("action\tload", "action\tplay"),
    ("swap\tnow", "swap\tnever"),
    ("seq\t7", "seq\t-7"), ("seq\t7", "seq\t٧"), ("pad\tbass\n", "pad\tbass\npad\tlead\n"), ("|40|", "|128|"),
    ("|-12.5|", "|nan|"), ("|||1|1\n", "||1|1\n"), ("|||1|1\n", "||5|1|1\n"), ("host\t", "host "), ("|1|1\n", "|1|1"),
    ("host\treaper", "host\t..") ,
])
def test_a_delivery_that_was_not_written_like_this_is_refused(old, new):
    text = encode_delivery(DELIVERY).decode()
    assert old in text
    with pytest.raises(LibraryError):
        decode_delivery(text.replace(old, new, 1).encode())


def test_a_key_of_a_newer_writer_is_left_out():
    assert decode_delivery(encode_delivery(DELIVERY) + b"colour\tred\n") == DELIVERY


def test_file_names_sort_like_their_numbers():
    numbers = [1, 9, 10, 99, 100, 10**6, 10**12 - 1]
    assert sorted(map(file_name, reversed(numbers))) == [file_name(number) for number in numbers]
    assert [seq_of(file_name(number)) for number in numbers] == numbers


@pytest.mark.parametrize("name", ["", "7", ".000000000007.tmp", "00000000000x", "000000000000", "٠٠٠٠٠٠٠٠٠٠٠٧"])
def test_other_files_are_no_deliveries(name):
    assert seq_of(name) is None


@pytest.mark.parametrize("seq", [0, -1, 10**12])
def test_a_number_that_fits_no_file_name_is_refused(seq):
    with pytest.raises(LibraryError):
        file_name(seq)


@pytest.mark.parametrize(("content", "reason"), [
    (b"v\t1\nreason\tno track named Bass\n", "no track named Bass"),
    (b"reason\ta\x07b\x1b[0m\n", "a b [0m"),
    (b"reason\t" + "ü".encode("latin-1") + b"\n", "�"),
    (b"reason\t" + b"x" * 5_000, "x" * 300),
    (b"", ""),
    (b"reason", ""),
])
def test_a_reason_is_one_short_line_whatever_the_host_wrote(content, reason):
    assert reason_of(content) == reason
