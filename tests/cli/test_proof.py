"""`oneshot config check`: all that is wrong at once, with the line, and what is only worth knowing beside it."""

from __future__ import annotations

import json

import pytest

MANY = """
[song]
bpm = 5
[osc]
prot = 1
[models.mine]
provider = "cog"
like = "stable-audio-opne"
[models.bare]
provider = "cog"
[pads.known]
prompt = "kick"
model = "synht"
[pads.high]
prompt = "kick"
note = 200
[pads.long]
prompt = "riser"
model = "stable-audio-open"
seconds = 60
[pads.odd]
prompt = "riser"
model = "stable-audio-open"
inputs = { stesp = 3 }
[pads.words]
prompt = "kick"
fallback = "gpt-4o"
[pads.same]
prompt = "kick"
pad_note = 42
[pads.too]
prompt = "kick"
pad_note = 42
[kits.full]
pads = ["same", "too", "nobody"]
"""


@pytest.fixture(autouse=True)
def _no_key(monkeypatch, home):
    monkeypatch.delenv("REPLICATE_API_TOKEN", raising=False)
    monkeypatch.setenv("ONESHOT_CONFIG", str(home.config))


def replaced(home, old: str, new: str) -> None:
    home.config.write_text(home.config.read_text().replace(old, new))


def test_every_mistake_of_every_kind_is_listed_at_once_with_its_line(home):
    home.write()
    home.config.write_text(home.config.read_text().replace("[osc]\nport = 0\n", "") + MANY)
    lines = home.config.read_text().splitlines()
    result = home.run("-o", "budget.dya=1", "config", "check")
    assert (result.exit_code, result.stdout) == (5, "")
    said = [line for line in result.stderr.splitlines() if not line.startswith("notice")]
    for start, at in (
        ('osc.prot: unknown key; did you mean "port"?', "prot = 1"),
        ("song.bpm: must be from 20 to 400, or 0 for none (it is 5)", "bpm = 5"),
        ("models.mine.like: there is no model 'stable-audio-opne'", 'like = "stable-audio-opne"'),
        ("models.bare: says no servers", "[models.bare]"),
        ("pads.known.model: there is no model 'synht'; did you mean \"synth\"?", 'model = "synht"'),
        ("pads.high.note: must be at most 127 (it is 200)", "note = 200"),
        ("pads.long.seconds: must be at most 30 (it is 60)", "seconds = 60"),
        ("pads.odd: There is no input 'stesp'. Did you mean steps?", "[pads.odd]"),
        ("pads.words.fallback: The model 'gpt-4o' answers in words", 'fallback = "gpt-4o"'),
        ("kits.full.pads[1]: 'too' and 'same' are both on note 42", 'pads = ["same", "too", "nobody"]'),
        ("kits.full.pads[2]: there is no pad 'nobody'", 'pads = ["same", "too", "nobody"]'),
    ):
        (line,) = [line for line in said if line.startswith(start)]
        assert line.endswith(f"(line {lines.index(at) + 1})"), line
    assert 'budget.dya: unknown key; did you mean "day"? (-o budget.dya=1)' in said


def test_a_key_and_a_host_that_are_missing_are_notices_and_no_mistakes(home):
    pad = '[pads.ai]\nprompt = "x"\nmodel = "stable-audio-open"\ntargets = { reper = "selected" }\n'
    home.write(pad + "[hosts.reaper]\n")
    result = home.run("config", "check")
    assert (result.exit_code, len(result.stdout.splitlines())) == (0, 1)
    key, host = result.stderr.splitlines()
    assert key.startswith("notice  pads.ai.model: stable-audio-open needs a key for replicate")
    assert host.startswith("notice  pads.ai.targets.reper: no host 'reper' has come yet; did you mean \"reaper\"?")


def test_a_host_that_has_come_is_known(home):
    home.write('[pads.ai]\nprompt = "x"\ntargets = { bitwig = "selected" }\n')
    assert "no host 'bitwig'" in home.run("config", "check").stderr
    (home.library / "deliveries" / "bitwig" / "new").mkdir(parents=True)
    assert home.run("config", "check").stderr == ""


def test_a_kept_key_is_no_notice(home, monkeypatch):
    home.write('[pads.ai]\nprompt = "x"\nmodel = "stable-audio-open"\n')
    monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_key")
    assert home.run("config", "check").stderr == ""


def test_sounds_for_sale_and_a_model_that_forbids_it_do_not_agree(home):
    home.write('[pads.ai]\nprompt = "x"\nmodel = "musicgen"\n')
    replaced(home, "[library]\n", "[library]\ncommercial = true\n")
    result = home.run("config", "check")
    assert result.exit_code == 5
    assert "pads.ai: The sounds of musicgen may not be sold" in result.stderr


def test_scripts_get_one_line_of_json(home):
    home.write('[pads.ai]\nprompt = "x"\nmodel = "stabel-audio-open"\n')
    result = home.run("config", "check", "--json")
    assert (result.exit_code, result.stdout.count("\n")) == (5, 1)
    said = json.loads(result.stdout)
    assert (said["right"], len(said["problems"]), said["notices"]) == (False, 1, [])
    home.write()
    assert json.loads(home.run("config", "check", "--json").stdout) == {
        "path": str(home.config), "right": True, "problems": [], "notices": [],
    }


def test_a_table_and_a_list_can_be_said_beside_the_file_too(home):
    targets = 'pads.kick.targets={ reaper = "track:Drums" }'
    shown = home.run("-o", targets, "-o", 'midi.ports=["MPK"]', "config", "show", "--json")
    rows = {row["place"]: row["value"] for row in json.loads(shown.stdout)["settings"]}
    assert rows["pads.kick.targets"] == {"reaper": "track:Drums"}
    assert rows["midi.ports"] == ["MPK"]
