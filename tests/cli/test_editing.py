"""One setting is changed in the user's file, and everything else stays as they wrote it."""

from __future__ import annotations

import os
import sys
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.cli.editing import set_in_file, with_setting
from bridge.config.template import KIT, default_config_text
from bridge.errors import ConfigError

NOTE = ("pads", "kick", "pad_note")
TABLE = '[pads.kick]   # the kick\nprompt = "x"\npad_note = 36 # here\nnote = 40\n\n# end\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (TABLE, TABLE.replace("= 36 #", "= 50 #")),
        ('[pads.kick]\nprompt = "x"\n#pad_note = 36\n\n# kits\n[kits.main]\npads = ["kick"]\n',
         '[pads.kick]\nprompt = "x"\npad_note = 50\n#pad_note = 36\n\n# kits\n[kits.main]\npads = ["kick"]\n'),
        ('[pads.kick]\nprompt = "x"', '[pads.kick]\nprompt = "x"\npad_note = 50\n'),
        ('[pads]\nkick.prompt = "x" # c\n\n[kits]\n', '[pads]\nkick.prompt = "x" # c\nkick.pad_note = 50\n\n[kits]\n'),
        ('[pads.kick]\r\nprompt = "x"\r\n\r\n[kits]\r\n',
         '[pads.kick]\r\nprompt = "x"\r\npad_note = 50\r\n\r\n[kits]\r\n'),
    ],
)
def test_the_setting_is_changed_where_it_stands_or_added_behind_the_last_one(before, after):
    assert with_setting(before, NOTE, 50) == after


@pytest.mark.parametrize("before", ['pads = { kick = { prompt = "x" } } # all\n', 'pads.kick.prompt = "x"\nkit = ""\n'])
def test_tables_written_in_other_ways_are_changed_too(before):
    after = with_setting(before, NOTE, 50)
    assert tomllib.loads(after)["pads"]["kick"] == {"prompt": "x", "pad_note": 50}


@settings(max_examples=20)
@given(pad=st.sampled_from(list(KIT)), note=st.integers(0, 127))
def test_in_the_default_file_one_line_changes(pad, note):
    before, after = default_config_text().splitlines(), with_setting(
        default_config_text(), ("pads", pad, "pad_note"), note).splitlines()
    assert len(before) == len(after)
    assert sum(one != other for one, other in zip(before, after, strict=True)) == (note != KIT[pad]["pad_note"])
    assert tomllib.loads("\n".join(after))["pads"][pad]["pad_note"] == note


def test_a_table_that_is_not_there_is_an_error_that_says_what_to_write():
    with pytest.raises(ConfigError) as caught:
        with_setting('[pads.snare]\nprompt = "x"\n', NOTE, 50)
    assert caught.value.hint == "Write it yourself: pad_note = 50, with: oneshot config edit"


def test_a_change_that_would_break_the_file_is_not_written(tmp_path):
    path = tmp_path / "config.toml"
    text = '[pads.kick]\nprompt = "x"\npad_note = 1\n[pads.hat]\nprompt = "x"\npad_note = 2\n'
    text += '[kits.main]\npads = ["kick", "hat"]\n'
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        set_in_file(path, NOTE, 2)
    assert "'hat' and 'kick' are both on note 2" in caught.value.message
    assert caught.value.hint == "Nothing was written."
    assert path.read_text() == text


def test_a_link_stays_a_link_and_a_private_file_private(tmp_path):
    if sys.platform == "win32":
        pytest.skip("Windows has other links and rights")
    real, path = tmp_path / "real.toml", tmp_path / "config.toml"
    real.write_bytes(b"\xef\xbb\xbf" + TABLE.encode())
    real.chmod(0o600)
    path.symlink_to(real)
    set_in_file(path, NOTE, 50)
    assert path.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o600
    assert real.read_bytes() == b"\xef\xbb\xbf" + TABLE.replace("= 36 #", "= 50 #").encode()
    assert sorted(os.listdir(tmp_path)) == ["config.toml", "real.toml"]
