"""Where things lie."""

from __future__ import annotations

from pathlib import Path

from bridge.config import places


def test_the_environment_says_where_the_configuration_is(monkeypatch, tmp_path):
    monkeypatch.setenv("ONESHOT_CONFIG", str(tmp_path / "mine.toml"))
    assert places.config_path() == tmp_path / "mine.toml"
    monkeypatch.setenv("ONESHOT_CONFIG", "~/mine.toml")
    assert places.config_path() == Path.home() / "mine.toml"


def test_every_place_is_a_whole_path_and_none_lies_in_another(monkeypatch):
    monkeypatch.delenv("ONESHOT_CONFIG", raising=False)
    folders = [places.config_path().parent, places.state_folder(), places.default_library()]
    assert all(folder.is_absolute() for folder in folders)
    assert places.default_library().name == "Oneshot Bridge"
    assert places.config_path().name == "config.toml"
    assert not places.state_folder().is_relative_to(places.default_library())
