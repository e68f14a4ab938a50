"""Finding the daemon: the living, the dead, the strangers."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager

import pytest

from bridge.cli import client
from bridge.cli.exits import NoDaemonError
from bridge.web.credentials import Credentials, read_credentials, token_file, write_credentials


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def claim(home, port: int, token: str = "t") -> None:
    write_credentials(home.state, Credentials(url=f"http://127.0.0.1:{port}", token=token, pid=999_999))


def test_no_file_is_no_daemon(home):
    assert client.find_daemon(home.state) is None


def test_what_a_killed_daemon_left_behind_is_no_daemon(local, home):
    claim(home, free_port())
    assert client.find_daemon(home.state) is None
    assert home.run("trigger", "kick").exit_code == 0
    assert len(local.opened) == 1


def test_another_daemon_in_its_place_is_no_daemon(daemon, local, home):
    claim(home, int(daemon.url.rpartition(":")[2]), token="old")
    assert client.find_daemon(home.state) is None


@pytest.mark.parametrize("answer", [b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", b"HTTP/1.1 404 No\r\n\r\n<html>",
                                    b"HTTP/1.1 302 Go\r\nLocation: http://evil.example/\r\nContent-Length: 0\r\n\r\n"])
def test_a_stranger_in_its_place_is_no_daemon(home, answer):
    with listening() as (server, port):
        claim(home, port)
        thread = threading.Thread(target=reply_once, args=(server, answer))
        thread.start()
        assert client.find_daemon(home.state) is None
        thread.join()


def test_a_daemon_that_hangs_is_exit_code_4(home, monkeypatch):
    monkeypatch.setattr(client, "_FIRST_SECONDS", 0.2)
    with listening() as (_, port):
        claim(home, port)
        result = home.run("pads")
    assert (result.exit_code, result.stdout) == (4, "")
    assert "999999" in result.stderr


def test_a_daemon_that_hangs_up_in_the_middle_is_exit_code_4(daemon, home, engine, monkeypatch):
    found = client.find_daemon(home.state)
    with listening() as (server, port):
        gone = client.Client(Credentials(url=f"http://127.0.0.1:{port}", token="t", pid=1))
        thread = threading.Thread(target=reply_once, args=(server, b""))
        thread.start()
        with pytest.raises(NoDaemonError, match="went away"):
            gone.ask("pads")
        thread.join()
    assert found.ask("pads")["pads"]


def test_a_proxy_of_the_environment_is_not_asked(daemon, home, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    assert client.find_daemon(home.state) is not None


def test_names_reach_the_daemon_as_they_are(daemon, home, engine):
    wanted = []

    async def samples(**asked):
        wanted.append(asked)
        return []

    engine.samples = samples
    home.run("ls", "--pad", "A&b=c d/ü", "--kept", "--tag", "c#", "--tag", "ü", "--text", "深い & 100%",
             "--near", "a/b", "--note", "C2", "--longer", "0.25")  # fmt: skip
    assert wanted == [{
        "pad": "A&b=c d/ü", "job": "", "family": "", "kept": True, "limit": 50, "tag": "c#,ü", "text": "深い & 100%",
        "near": "a/b", "note": 36, "longer": 0.25, "shorter": None, "before": "",
    }]  # fmt: skip


def test_the_file_of_the_daemon_is_the_one_that_is_read(daemon, home):
    assert read_credentials(home.state).url == daemon.url
    token_file(home.state).write_text("{")
    assert client.find_daemon(home.state) is None


@contextmanager
def listening():
    """A port that somebody else has."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server, server.getsockname()[1]


def reply_once(server: socket.socket, answer: bytes) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(10_000)
        connection.sendall(answer)
