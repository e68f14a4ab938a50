"""The doctor: one line per check, a cure for what is broken, and 1 only for that."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest

from bridge.cli import checks
from bridge.errors import ModelError
from bridge.midi.ports import PortsView, Wanted
from bridge.player.outputs import Output, absent
from bridge.service.plan import plan_of
from bridge.service.systemd import Systemd


@pytest.fixture(autouse=True)
def synth(monkeypatch):
    """One installed model, whatever is installed here."""
    model = SimpleNamespace(name="synth", version="1", licence=SimpleNamespace(id="MIT"))
    found = SimpleNamespace(all=lambda: [model], problems={})
    monkeypatch.setattr("bridge.models.registry.open_models", lambda context: found)
    return found


@pytest.fixture(autouse=True)
def sound_devices(monkeypatch):
    """The sound devices of this computer, whatever it has."""
    found = [Output(index=0, name="Desk", system="ALSA", channels=2, rate=48_000, default=True)]

    async def outputs(self):
        if not found:
            raise absent("no PortAudio")
        return found

    monkeypatch.setattr("bridge.player.player.Player.outputs", outputs)
    return found


@pytest.fixture(autouse=True)
def provider(monkeypatch):
    """What Replicate says to the key of this user: nothing, until a test says what."""
    said = SimpleNamespace(ahead=0.0, problem=None)

    async def reach():
        if said.problem is not None:
            raise said.problem
        return said.ahead

    monkeypatch.setattr("bridge.cli.surroundings._reach_replicate", reach)
    return said


def states(home) -> dict[tuple[str, str], str]:
    return {(check["name"], check["text"]): check["state"] for check in home.json("doctor")["checks"]}


def worst(home, name: str) -> dict[str, str]:
    order = ["ok", "notice", "broken"]
    found = [check for check in home.json("doctor")["checks"] if check["name"] == name]
    return max(found, key=lambda check: order.index(check["state"]))


def test_all_is_well_is_exit_code_0_although_no_daemon_runs(home):
    result = home.run("doctor")
    assert result.exit_code == 0, result.stdout
    assert "notice  daemon    not running  →  oneshot run" in result.stdout
    assert not any(line.startswith("broken") for line in result.stdout.splitlines())


def test_doctor_changes_nothing(home):
    before = sorted(home.folder.rglob("*"))
    home.run("doctor")
    assert sorted(home.folder.rglob("*")) == before


def test_whatever_is_broken_has_a_cure(home):
    home.library.write_text("a file where the folder should be")
    result = home.run("doctor")
    assert result.exit_code == 1
    (line,) = [line for line in result.stdout.splitlines() if line.startswith("broken")]
    assert line.split()[1] == "library"
    assert "→" in line
    assert home.json("doctor")["broken"] is True


def test_a_wrong_configuration_is_broken_line_by_line(home):
    home.write("[pads.snare]\nbussy = 1\n")
    found = [check for check in home.json("doctor")["checks"] if check["state"] == "broken"]
    assert [check["text"].partition(":")[0] for check in found] == ["pads.snare.prompt", "pads.snare.bussy"]
    assert all("oneshot config edit" in check["cure"] for check in found)


@pytest.mark.parametrize(("section", "kind"), [("osc", socket.SOCK_DGRAM), ("control", socket.SOCK_STREAM)])
def test_a_port_that_another_program_has_is_broken(home, section, kind):
    with socket.socket(socket.AF_INET, kind) as other:
        other.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            other.listen()
        port = other.getsockname()[1]
        home.config.write_text(home.config.read_text().replace(f"[{section}]\nport = 0", f"[{section}]\nport = {port}"))
        check = worst(home, section)
        assert check["state"] == "broken"
        assert str(port) in check["text"]
        assert f"{section}.port" in check["cure"]
    assert worst(home, section)["state"] == "ok"


def test_the_port_of_the_running_daemon_is_its_own(daemon, home):
    port = daemon.url.rpartition(":")[2]
    home.config.write_text(home.config.read_text().replace("[control]\nport = 0", f"[control]\nport = {port}"))
    assert worst(home, "control") == {
        "name": "control", "state": "ok", "text": f"port {port} on 127.0.0.1 is the daemon's", "cure": ""
    }


def test_the_running_daemon_is_seen_with_its_version_and_notices(daemon, home):
    texts = states(home)
    assert texts["daemon", "No MIDI: nothing is plugged in"] == "notice"
    assert any("process 4242, version 0.0.0; this is" in text for name, text in texts if name == "daemon")
    assert home.run("doctor").exit_code == 0


def test_an_open_osc_port_is_warned_of(home):
    home.config.write_text(home.config.read_text().replace(
        "[osc]\n", "[osc]\nhost = '0.0.0.0'\nallow = ['10.0.0.0/24']\n"
    ))
    check = worst(home, "osc")
    assert check["state"] == "notice"
    assert "in your network 10.0.0.0/24 can make sounds" in check["text"]


def test_osc_that_is_open_to_nobody_in_particular_is_broken(home):
    home.config.write_text(home.config.read_text().replace("[osc]\n", "[osc]\nhost = '0.0.0.0'\n"))
    (found,) = [check for check in home.json("doctor")["checks"] if check["state"] == "broken"]
    assert "name those that may make sounds, like allow = [" in found["text"]


def test_an_address_of_another_computer_is_broken(home):
    elsewhere = "[osc]\nport = 9127\nhost = '192.0.2.1'\nallow = ['10.0.0.1']"
    home.config.write_text(home.config.read_text().replace("[osc]\nport = 0", elsewhere))
    assert worst(home, "osc")["state"] == "broken"


@pytest.mark.parametrize(("free", "state"), [(10_000_000, "broken"), (500_000_000, "notice"), (2_000_000_000, "ok")])
def test_a_full_disk_is_seen(home, monkeypatch, free, state):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=free))
    assert worst(home, "library")["state"] == state


def models(home) -> dict[str, dict[str, str]]:
    found = [check for check in home.json("doctor")["checks"] if check["name"] == "model"]
    return {check["text"].split()[0]: check for check in found}


def test_a_model_of_the_table_is_missed_only_without_its_key(home, monkeypatch):
    monkeypatch.delenv("REPLICATE_API_TOKEN", raising=False)
    monkeypatch.setattr("bridge.config.keys.key_of", lambda provider: None)
    assert set(models(home)) == {"synth"}
    home.write("[pads.snare]\nprompt = 'snare'\nmodel = 'musicgen'\nfallback = 'synth'\n")
    missed = models(home)["musicgen"]
    assert (missed["state"], missed["cure"]) == ("broken", "oneshot keys set replicate")
    monkeypatch.setattr("bridge.config.keys.key_of", lambda provider: "r8_secret")
    found = models(home)["musicgen"]
    assert (found["state"], found["text"]) == ("ok", "musicgen meta/musicgen:671ac645ce5e, CC-BY-NC-4.0")
    assert "r8_secret" not in home.run("doctor").output


def test_a_server_of_ones_own_needs_no_key(home, monkeypatch):
    monkeypatch.setattr("bridge.config.keys.key_of", lambda provider: None)
    box = '[models.box]\nprovider = "cog"\nlike = "musicgen"\nservers = ["http://127.0.0.1:5000"]\n'
    home.write(f"{box}[pads.snare]\nprompt = 'snare'\nmodel = 'box'\n")
    assert models(home)["box"]["state"] == "ok"


def test_a_model_that_can_not_be_opened_is_a_notice_unless_it_is_wanted(home, synth):
    synth.problems["other"] = "ImportError: no torch"
    assert worst(home, "model")["state"] == "notice"
    home.write("[pads.snare]\nprompt = 'snare'\nmodel = 'other'\n")
    check = worst(home, "model")
    assert (check["state"], check["text"]) == ("broken", "pads.snare.model is 'other', which can't be used")
    home.write(top="model = 'other'")
    assert worst(home, "model")["text"] == "model is 'other', which can't be used"


def test_no_midi_is_a_notice_with_its_cure(home, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", {"rtmidi": None}.get)
    home.config.write_text(home.config.read_text().replace("enabled = false", "enabled = true"))
    check = worst(home, "midi")
    assert check["state"] == "notice"
    assert "oneshot-bridge[midi]" in check["cure"]


def test_midi_is_opened_as_the_daemon_would_open_it(home, monkeypatch):
    opened = []

    class Ports:
        def __init__(self, wanted):
            opened.append(wanted)

        def start(self):
            opened.append("started")

        def view(self):
            return PortsView(notices=("There is no MIDI port 'MPK'.",), open_inputs=("Oneshot Bridge",))

        def close(self):
            opened.append("closed")

    monkeypatch.setattr("bridge.midi.ports.Patchbay", Ports)
    monkeypatch.setattr(checks.importlib.util, "find_spec", lambda name: object())
    settings = "enabled = true\nports = ['MPK']\ndevices = {Pads = 'generic'}"
    home.config.write_text(home.config.read_text().replace("enabled = false", settings))
    texts = states(home)
    assert texts["midi", "There is no MIDI port 'MPK'."] == "notice"
    assert texts["midi", "can listen to Oneshot Bridge"] == "ok"
    assert opened == [
        Wanted(virtual_port="Oneshot Bridge", inputs=("Pads", "MPK"), outputs=("Pads",)), "started", "closed",
    ]


def test_the_sound_device_is_looked_for_and_never_needed(home, sound_devices):
    assert worst(home, "audition")["text"] == "Desk (ALSA), from output 1 on; new sounds: off"
    home.write('[audition]\nplay = "on"\nchannel = 3\n')
    assert worst(home, "audition")["text"] == "Desk has 2 outputs, and no output 3."
    sound_devices.clear()
    check = worst(home, "audition")
    assert check["state"] == "notice"
    assert "libportaudio2" in check["cure"]
    assert home.run("doctor").exit_code == 0


def test_hosts_are_named_with_their_last_contact(home):
    assert worst(home, "host")["state"] == "notice"
    assert "main.sfz" in worst(home, "host")["cure"]
    done = home.library / "deliveries" / "reaper" / "done"
    (home.library / "deliveries" / "reaper" / "new").mkdir(parents=True)
    done.mkdir()
    then = time.time() - 7_300
    for folder in (done, done.parent / "new"):
        os.utime(folder, (then, then))
    assert worst(home, "host") == {"name": "host", "state": "ok", "text": "reaper: last contact 2 h ago", "cure": ""}
    assert "main.sfz" in worst(home, "kit")["text"]


def test_a_daemon_that_hangs_is_broken(home, monkeypatch):
    from bridge.web.credentials import Credentials, write_credentials

    monkeypatch.setattr("bridge.cli.client._FIRST_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        write_credentials(home.state, Credentials(url=url, token="t", pid=77))
        result = home.run("doctor")
    assert result.exit_code == 1
    assert "process 77" in result.stdout


def test_a_key_that_the_provider_takes_is_ok_and_one_that_it_refuses_says_how_to_keep_another(
    home, provider, monkeypatch
):
    monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_secret")
    assert worst(home, "key")["state"] == "ok"
    provider.problem = ModelError("Replicate does not know the key.")
    check = worst(home, "key")
    assert (check["state"], check["cure"]) == ("notice", "oneshot keys set replicate")
    provider.problem = TimeoutError()
    assert "no answer" in worst(home, "key")["text"]
    assert home.run("doctor").exit_code == 0, "the network is never needed"


def test_without_a_key_nobody_is_asked(home, provider, monkeypatch):
    monkeypatch.delenv("REPLICATE_API_TOKEN", raising=False)
    monkeypatch.setattr("bridge.config.keys.where", lambda name: "")
    provider.problem = AssertionError("the network was asked")
    assert "key" not in {name for name, _ in states(home)}


@pytest.mark.parametrize(("ahead", "said"), [(90.0, "90 s before"), (-7_200.0, "7200 s behind")])
def test_a_clock_that_goes_wrong_is_seen_by_the_providers(home, provider, monkeypatch, ahead, said):
    monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_secret")
    provider.ahead = ahead
    check = worst(home, "clock")
    assert check["state"] == "notice"
    assert said in check["text"]


def test_a_clock_before_the_installation_is_seen_without_a_network(home, monkeypatch):
    monkeypatch.setattr("bridge.cli.surroundings.time.time", lambda: 0.0)
    assert worst(home, "clock")["state"] == "notice"


def test_a_kit_whose_sounds_are_gone_is_seen(home):
    kit = home.library / "kits" / "main.sfz"
    kit.parent.mkdir(parents=True)
    (home.library / "there.wav").write_bytes(b"")
    kit.write_text("<region>\nkey=36\nsample=../there.wav\n<region> key=38 sample=../my gone sound.wav\n")
    check = worst(home, "kit")
    assert check["state"] == "notice"
    assert "1 sound(s) that are gone, like ../my gone sound.wav" in check["text"]
    (home.library / "my gone sound.wav").write_bytes(b"")
    assert ("kit", "main.sfz: 2 sound(s), all there") in states(home)


def test_a_service_of_another_installation_is_seen(home, monkeypatch, tmp_path):
    manager = Systemd({"XDG_CONFIG_HOME": str(tmp_path)})
    monkeypatch.setattr("bridge.service.service.manager_of", lambda state_folder: manager)
    assert worst(home, "service")["text"] == "not installed"
    manager.file.parent.mkdir(parents=True)
    ours = plan_of(home.config, [], home.state)
    manager.file.write_bytes(manager.content(ours))
    assert worst(home, "service")["state"] == "ok"
    manager.file.write_bytes(manager.content(replace(ours, version="0.0.1")))
    assert worst(home, "service")["cure"] == "oneshot service install"
    manager.file.write_bytes(manager.content(replace(ours, command=("/other/python", "-m", "bridge"))))
    assert worst(home, "service")["cure"] == "oneshot service install"
    manager.file.write_bytes(b"[Service]\n")
    assert "somebody else" in worst(home, "service")["text"]
