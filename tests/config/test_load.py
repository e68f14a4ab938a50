"""Reading the file: every problem at once, each with its place."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from bridge.config.load import config_of, ensure_config, load_config
from bridge.config.schema import Config, Host, Kit, Pad
from bridge.config.template import default_config_text
from bridge.errors import ConfigError


def problems(text: str, tmp_path: Path) -> tuple[str, ...]:
    path = tmp_path / "config.toml"
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load_config(path)
    assert "oneshot config edit" in raised.value.hint
    return raised.value.problems


def test_an_empty_file_is_the_defaults(tmp_path):
    (tmp_path / "c.toml").write_text("")
    assert load_config(tmp_path / "c.toml") == Config()


def test_a_full_file_is_read(tmp_path):
    path = tmp_path / "c.toml"
    path.write_text(
        textwrap.dedent("""
        model = "synth"
        kit = "b"
        [library]
        folder = "~/Sounds"
        middle_c_octave = 3
        [pads.kick]
        prompt = '''deep
          kick'''
        note = "C1"
        pad_note = 36
        seconds = 1
        busy = "newest"
        targets = { live = "track: Drums ", reaper = "pad:036", bitwig = "selected" }
        [pads.bell]
        prompt = "bell"
        [kits.a]
        pads = ["kick", "bell"]
        [kits.b]
        pads = ["bell"]
        [hosts.reaper]
        target = "track:{pad} sounds"
        """)
    )
    config = load_config(path)
    assert config.library.folder == Path.home() / "Sounds"
    assert config.pads["kick"] == Pad(
        prompt="deep kick", note=36, pad_note=36, seconds=1.0, busy="newest",
        targets={"live": "track:Drums", "reaper": "pad:36", "bitwig": "selected"},
    )
    assert config.kits == {"a": Kit(pads=("kick", "bell")), "b": Kit(pads=("bell",))}
    assert config.hosts == {"reaper": Host(target="track:{pad} sounds")}


def test_every_problem_is_found_at_once_with_its_place(tmp_path):
    assert problems(
        """
        kit = "mian"
        [osc]
        port = 99999
        host = "example.com"
        [pads.kick]
        prompt = "x"
        bussy = "queue"
        busy = "que"
        [pads.snare]
        family = "snar"
        [kits.main]
        pads = ["kick", "snar"]
        """,
        tmp_path,
    ) == (
        "osc.host: 'example.com' is no IP address; 127.0.0.1 is this computer (line 5)",
        "osc.port: must be at most 65535 (it is 99999) (line 4)",
        "pads.kick.busy: write 'queue', 'newest' or 'ignore', not \"que\" (line 9)",
        'pads.kick.bussy: unknown key; did you mean "busy"? (line 8)',
        "pads.snare.prompt: is missing (line 10)",
        "pads.snare.family: there is no family 'snar'; did you mean \"snare\"? (line 11)",
        "kit: there is no kit 'mian'; did you mean \"main\"? (line 2)",
        "kits.main.pads[1]: there is no pad 'snar'; did you mean \"snare\"? (line 13)",
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[pad.kick]", 'pad: unknown key; did you mean "pads"?'),
        ("[jobs]\nworkrs = 1", 'jobs.workrs: unknown key; did you mean "workers"?'),
        ("[library]\nzzz = 1", "library.zzz: unknown key"),
        ("model = 3", "model: write a text in quotes, not 3"),
        ("[library]\nsample_rate = '44100'", 'library.sample_rate: write a whole number, not "44100"'),
        ("[library]\nsample_rate = 1", "library.sample_rate: must be at least 8000 (it is 1)"),
        ("[library]\nfolder = 'sounds'", "library.folder: 'sounds' is not a whole path"),
        ("[library]\nmiddle_c_octave = 2", "library.middle_c_octave: must be at least 3 (it is 2)"),
        ("[osc]\nallow = ['tablet']", "osc.allow[0]: 'tablet' is no IP address or network, like 192.168.1.20"),
        ("[osc]\nhost = '0.0.0.0'", "osc.allow: is empty, and host = '0.0.0.0' lets other machines come; name those"),
        ("[osc]\nhost = '::'", "osc.allow: is empty, and host = '::' lets other machines come; name those"),
        ("[midi]\nenabled = 1", "midi.enabled: write true or false, not 1"),
        ("[midi]\nports = 'MPK'", 'midi.ports: write a list, like ["one", "two"], not "MPK"'),
        ("[midi]\nchannel = 17", "midi.channel: must be at most 16 (it is 17)"),
        ("[midi]\napi = 'asla'", "midi.api: write '', 'alsa', 'jack', 'coremidi' or 'winmm', not \"asla\""),
        ('[midi]\nvirtual_port = "a\\u0007"', "midi.virtual_port: contains control characters"),
        ("[midi]\nclock = 'yes'", 'midi.clock: write true or false, not "yes"'),
        ("[midi.actions]\n'ccc 20' = 'keep'", "midi.actions.ccc 20: 'ccc' is no kind of message; did you mean \"cc\"?"),
        ("[midi.actions]\nnote = 'keep'", "midi.actions.note: which note? Write note and a number"),
        ("[midi.actions]\n'cc 128' = 'keep'", "midi.actions.cc 128: the number of a cc is a whole number from 0 to"),
        ("[midi.actions]\n'note C9x' = 'keep'", "midi.actions.note C9x: 'C9x' is no note"),
        ("[midi.actions]\n'program 0' = 'kit'", "midi.actions.program 0: the number of a program is a whole number"),
        ("[midi.actions]\n'cc 1 channel 17' = 'keep'", "midi.actions.cc 1 channel 17: the channel is a whole number"),
        ("[midi.actions]\n'cc 1' = 'kep'", "midi.actions.cc 1: 'kep' is no action; did you mean \"keep\"?"),
        ("[midi.actions]\n'cc 1' = 'trigger'", "midi.actions.cc 1: trigger which pad? Write trigger and its name"),
        ("[midi.actions]\n'cc 1' = 'keep Kick'", "midi.actions.cc 1: 'Kick' is no name"),
        ("[midi.actions]\n'cc 1' = 'keep kick'", "midi.actions.cc 1: there is no pad 'kick'"),
        ("[midi.actions]\n'cc 1' = 'kit drums'", "midi.actions.cc 1: there is no kit 'drums'"),
        ("[midi.actions]\n'cc 1' = 'kit'", "midi.actions.cc 1: kit which? Only a program has a number"),
        ("[midi.actions]\n'cc 74' = 'keep'", "midi.actions.cc 74: it is a knob under midi.controls already"),
        ("[midi.controls]\n'note 1' = 'length'", "midi.controls.note 1: only a controller can be turned"),
        ("[midi.controls]\n'cc 1' = 'lenght'", "midi.controls.cc 1: 'lenght' is nothing that can be turned; did you"),
        ("[midi.devices]\nMPD = 'Generic!'", "midi.devices.MPD: names are made of 1 to 32 of the characters"),
        ("pads = 3", "pads: write a table, not 3"),
        ("[pads]\nkick = 'x'", 'pads.kick: write a table, not "x"'),
        ("[pads.Kick]\nprompt = 'x'", "pads.Kick: names are made of 1 to 32 of the characters a–z, 0–9 and -"),
        ("[pads.'../x']\nprompt = 'x'", "pads.../x: names are made of"),
        ("[pads.-x]\nprompt = 'x'", "pads.-x: a name can't begin with -"),
        ("[pads.j-abcdefghijkl]\nprompt = 'x'", "pads.j-abcdefghijkl: looks like the id of a job or sample"),
        ("[pads.a]\nprompt = '  '", "pads.a.prompt: is empty"),
        (f"[pads.a]\nprompt = '{'x' * 2001}'", "pads.a.prompt: has 2,001 characters; at most 2,000 are read"),
        ('[pads.a]\nprompt = "a\\u0000b"', "pads.a.prompt: contains control characters"),
        ("[pads.a]\nprompt = 'x'\nnote = 128", "pads.a.note: must be at most 127 (it is 128)"),
        ("[pads.a]\nprompt = 'x'\nnote = 'H2'", "pads.a.note: 'H2' is no note"),
        ("[pads.a]\nprompt = 'x'\nnote = 1.5", "pads.a.note: write a whole number, not 1.5"),
        ("[pads.a]\nprompt = 'x'\nseconds = 31", "pads.a.seconds: must be at most 30 (it is 31)"),
        ("[pads.a]\nprompt = 'x'\nseconds = nan", "pads.a.seconds: write a number, not NaN"),
        ("[pads.a]\nprompt = 'x'\nshape = ['trim', 'levl']", "pads.a.shape[1]: there is no step 'levl'; did you mean"),
        ("[pads.a]\nprompt = 'x'\nshape = ['level 3 dB']", "pads.a.shape[0]: level: peak goes from -40 to 0 dBTP"),
        ("[pads.a]\nprompt = 'x'\nshape = 3", 'pads.a.shape: write a list, like ["one", "two"], not 3'),
        ("[pads.a]\nprompt = 'x'\ncount = 0", "pads.a.count: must be at least 1 (it is 0)"),
        ("[pads.a]\nprompt = 'x'\ntargets = { live = 'trak:x' }", "pads.a.targets.live: 'trak:x' is no target"),
        ("[pads.a]\nprompt = 'x'\ntargets = { live = 'pad:128' }", "pads.a.targets.live: 128 is note 128"),
        ("[hosts.live]\ntarget = 'track:{pda}'", "hosts.live.target: a track's name can't contain"),
        ("[hosts.live]\ntarget = 'track:a|b'", "hosts.live.target: a track's name can't contain"),
        ("[samplers.fluidsynth]\naddress = 'here'", "samplers.fluidsynth.address: 'here' is no ADDRESS:PORT"),
        ("[samplers.fluidsynth]\naddress = '127.0.0.1:0'", "samplers.fluidsynth.address: '127.0.0.1:0' is no"),
        ("[samplers.fluidsynth]\naddress = 'nas:1'", "samplers.fluidsynth.address: 'nas' is no IP address"),
        ("[samplers.fluidsynth]\nkit = 'a'", "samplers.fluidsynth.kit: there is no kit 'a'"),
        ("[samplers.fluidsynth]\nchannels = { a = 1 }", "samplers.fluidsynth.channels.a: there is no pad 'a'"),
        ("[samplers.fluidsynth]\nchannels = { a = 0 }", "samplers.fluidsynth.channels.a: must be at least 1"),
        ("[pads.a]\nprompt = 'x'\n[samplers.fluidsynth]\nchannels = { a = 10 }",
         "samplers.fluidsynth.channels.a: 'a' and the kit are both on channel 10"),
        ("[kits.a]", "kits.a.pads: is missing"),
        ("kit = 'a'", "kit: there is no kit 'a'"),
        ("[pads.a]\nprompt = 'kick'\n[kits.k]\npads = ['a', 'a']", "kits.k.pads[1]: 'a' is in the kit twice"),
    ],
)
def test_a_mistake_is_one_sentence_with_its_place(tmp_path, text, problem):
    (found,) = problems(text, tmp_path)
    assert found.startswith(problem)


@pytest.mark.parametrize(
    ("first", "second", "note"),
    [
        ("prompt = 'x'\npad_note = 40", "prompt = 'y'\npad_note = 'E2'", 40),
        ("prompt = 'deep kick'", "prompt = 'short kick'", 36),
        ("prompt = 'x'\nfamily = 'snare'", "prompt = 'y'\npad_note = 38", 38),
    ],
)
def test_two_pads_of_a_kit_on_one_note_are_a_problem(tmp_path, first, second, note):
    """Also where the note is the usual one of their family: pressing it could mean either."""
    (found,) = problems(f"[pads.a]\n{first}\n[pads.b]\n{second}\n[kits.k]\npads = ['a', 'b']", tmp_path)
    assert found.startswith(f"kits.k.pads[1]: 'b' and 'a' are both on note {note}; give one of them another pad_note")


@pytest.mark.parametrize("shape", [["trim", "fade 1ms", "LEVEL Hot"], "trim, fade 1ms, LEVEL Hot"])
def test_a_recipe_is_a_list_of_steps_or_one_text_with_commas(shape):
    pad = Pad.model_validate({"prompt": "x", "shape": shape})
    assert pad.shape == ("trim", "fade 1 ms", "level -0.3 dBTP")
    assert Pad.model_validate(pad.model_dump()) == pad


def test_two_pads_on_one_note_in_different_kits_are_fine():
    config_of({
        "pads": {"a": {"prompt": "kick"}, "b": {"prompt": "kick"}},
        "kits": {"x": {"pads": ["a"]}, "y": {"pads": ["b"]}},
    })


@pytest.mark.parametrize(("octave", "note"), [(3, 66), (4, 54), (5, 42)])
def test_note_names_are_read_with_the_octave_of_the_file(octave, note):
    settings = {"library": {"middle_c_octave": octave}, "pads": {"a": {"prompt": "x", "note": "F#3"}}}
    assert config_of(settings).pads["a"].note == note


def test_a_note_off_the_keyboard_in_this_octave_is_refused():
    settings = {"library": {"middle_c_octave": 3}, "pads": {"a": {"prompt": "x", "note": "G9"}}}
    with pytest.raises(ConfigError, match="G9 is note 139"):
        config_of(settings)


def test_a_note_name_without_a_known_octave_is_never_guessed():
    with pytest.raises(ValueError, match="write the number of the note"):
        Config.model_validate({"pads": {"a": {"prompt": "x", "note": "C3"}}})


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"a = 1\nport = \n", "line 2, column 8: Invalid value"),
        (b"[osc\n", "line 1, column 5: "),
        (b"a = 1\na = 2\n", "line 2, column 6: "),
        (b'a = "x', "line 1, column 7: "),
        (b"a = 1\nb = '\xff'\n", "line 2: is not UTF-8 text"),
        (b"a = " + b"[" * 5_000, "something in it is nested more than 32 deep"),
        (b"a = " + b"{b = " * 3_000, "something in it is nested more than 32 deep"),
        (b"[" + b"a." * 5_000 + b"b]", "something in it is nested more than 32 deep"),
        (b"a = " + b"9" * 10_000, "Exceeds the limit (4300 digits)"),
        (b"#" * 5_000_000, "is longer than 4,194,304 bytes"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_syntax_error_has_line_and_column(tmp_path, content, place):
    path = tmp_path / "c.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as raised:
        load_config(path)
    assert raised.value.problems[0].startswith(f"{path}: {place}")


def test_a_byte_order_mark_is_read_over(tmp_path):
    path = tmp_path / "c.toml"
    path.write_bytes(b"\xef\xbb\xbf" + b"[osc]\r\nport = 9000\r\n")
    assert load_config(path).osc.port == 9000


def test_a_file_that_is_not_there_or_no_file_is_said(tmp_path):
    with pytest.raises(ConfigError, match="there is no such file") as raised:
        load_config(tmp_path / "none.toml")
    assert "oneshot config edit" in raised.value.hint
    with pytest.raises(ConfigError, match="can't be read"):
        load_config(tmp_path)


def test_the_default_file_is_written_once_and_never_over_another(tmp_path):
    path = tmp_path / "deep" / "folder" / "config.toml"
    assert ensure_config(path)
    assert path.read_text(encoding="utf-8") == default_config_text()
    path.write_text("[osc]\nport = 9000\n")
    assert not ensure_config(path)
    assert load_config(path).osc.port == 9000


def test_a_place_that_can_not_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="can't be written"):
        ensure_config(tmp_path / "file" / "config.toml")


def test_the_configuration_never_changes():
    config = Config()
    with pytest.raises(ValueError, match="frozen"):
        config.osc.port = 1


def test_actions_are_kept_in_their_plain_form_and_notes_in_the_octave_of_the_file():
    config = config_of({
        "library": {"middle_c_octave": 3},
        "midi": {"actions": {"note  C3 channel 10  port MPK mini": " keep   bell", "program": "kit"}},
        "pads": {"bell": {"prompt": "bell"}},
    })
    assert config.midi.actions == {"note 60 channel 10 port MPK mini": "keep bell", "program": "kit"}


@pytest.mark.parametrize("osc", [
    {}, {"host": "localhost"}, {"host": "127.0.0.7"}, {"host": "::1"}, {"host": "0.0.0.0", "enabled": False},
    {"host": "0.0.0.0", "allow": ["192.168.1.0/24", "fe80::/10"]},
])
def test_osc_is_for_this_computer_unless_the_others_are_named(osc):
    config_of({"osc": osc})
