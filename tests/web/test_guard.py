"""Who gets in: programs of this user, and nobody else."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import stat
import threading
from pathlib import Path

import pytest

from bridge.errors import InUseError, StoreError
from bridge.web.credentials import Credentials, new_token, read_credentials, token_file, write_credentials
from bridge.web.server import ControlServer
from support.patience import PATIENCE_SECONDS, wait_until


@pytest.mark.parametrize("token", [None, "", "Bearer", "Bearer wrong", "Basic eDp5", "bearer ünï".encode("latin-1")])
def test_without_the_token_nothing_is_told(channel, token):
    for path in ("/v1/status", "/v1/nothing"):
        status, answer = channel.ask("GET", path, headers={"Authorization": token})
        assert (status, answer["error"]["type"]) == (401, "Unauthorized")
        assert "control.json" in answer["error"]["hint"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:{port}", ""])
def test_a_host_that_is_not_this_one_is_refused(channel, host):
    status, answer = channel.ask("GET", "/v1/status", headers={"Host": host.format(port=channel.port)})
    assert (status, answer["error"]["type"]) == (403, "Forbidden")


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "LocalHost:{port}"])
def test_this_computer_is_welcome_by_both_names(channel, host):
    assert channel.ask("GET", "/v1/status", headers={"Host": host.format(port=channel.port)})[0] == 200


@pytest.mark.parametrize(("site", "expected"), [("cross-site", 403), ("same-site", 403), ("same-origin", 200),
                                                ("none", 200), ("odd", 403)])
def test_pages_of_other_sites_are_refused(channel, site, expected):
    assert channel.ask("GET", "/v1/status", headers={"Sec-Fetch-Site": site})[0] == expected


def test_a_body_over_a_megabyte_is_refused(channel):
    status, answer = channel.ask("POST", "/v1/triggers", b"x" * 1_000_001)
    assert (status, answer["error"]["type"]) == (413, "TooLarge")


@pytest.mark.parametrize("address", [b"POST /v1/triggers", b"GET /v1/status", b"POST /v1/nothing"])
def test_a_body_that_says_it_is_too_large_is_not_even_read(channel, address):
    with socket.create_connection(("127.0.0.1", channel.port), timeout=PATIENCE_SECONDS) as connection:
        connection.sendall(
            address + f" HTTP/1.1\r\nHost: 127.0.0.1:{channel.port}\r\nContent-Length: 1000001\r\n"
            f"Authorization: Bearer {channel.credentials.token}\r\n\r\n".encode()
        )
        assert connection.recv(1_000).startswith(b"HTTP/1.1 413 ")


def test_a_body_without_a_length_is_refused_once_it_is_too_large(channel):
    lines = [
        b"POST /v1/triggers HTTP/1.1", f"Host: 127.0.0.1:{channel.port}".encode(),
        b"Authorization: Bearer " + channel.credentials.token.encode(), b"Transfer-Encoding: chunked", b"", b"",
    ]
    with socket.create_connection(("127.0.0.1", channel.port), timeout=PATIENCE_SECONDS) as connection:
        connection.sendall(b"\r\n".join(lines))
        chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        for _ in range(16):
            connection.sendall(chunk)
        assert connection.recv(1_000).startswith(b"HTTP/1.1 413 ")


def test_garbage_on_the_port_stops_nothing(channel):
    for garbage in (b"\x00" * 100, b"GET / HTTP/9.9\r\n\r\n", b"GET /v1/status HTTP/1.1\r\n\r\n", b""):
        with socket.create_connection(("127.0.0.1", channel.port), timeout=PATIENCE_SECONDS) as connection:
            connection.sendall(garbage)
    assert channel.ask("GET", "/v1/status")[0] == 200


def test_the_second_on_a_port_is_told_who_holds_it(channel, tmp_path):
    second = ControlServer(channel.engine, port=channel.port, state_folder=tmp_path / "other", status=dict)
    with pytest.raises(InUseError, match=str(channel.port)):
        asyncio.run(second.start())
    assert read_credentials(tmp_path / "other") is None


def test_only_this_computer_can_connect(channel):
    listening = Path("/proc/net/tcp")
    if not listening.exists():
        pytest.skip("the system does not list its sockets in /proc")
    wanted = f":{channel.port:04X}"
    local = [line.split()[1] for line in listening.read_text().splitlines()[1:] if line.split()[1].endswith(wanted)]
    assert set(local) == {f"0100007F{wanted}"}


def test_the_credentials_come_and_go_with_the_server(engine, tmp_path):
    async def life() -> Credentials | None:
        server = ControlServer(engine, port=0, state_folder=tmp_path, status=dict)
        await server.start()
        during = read_credentials(tmp_path)
        assert during is not None
        assert during.url == server.url
        await server.close()
        await server.close()
        return during

    during = asyncio.run(life())
    assert during.pid == os.getpid()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_the_credentials_are_for_their_owner_only(channel):
    assert stat.S_IMODE(token_file(channel.state_folder).stat().st_mode) == 0o600


def test_the_credentials_of_a_later_daemon_stay(engine, tmp_path):
    later = Credentials(url="http://127.0.0.1:1", token=new_token(), pid=1)

    async def life() -> None:
        server = ControlServer(engine, port=0, state_folder=tmp_path, status=dict)
        await server.start()
        write_credentials(tmp_path, later)
        await server.close()

    asyncio.run(life())
    assert read_credentials(tmp_path) == later


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "3", '{"url": "http://127.0.0.1:1", "token": "x"}', '{"url": 1, "token": "x", "pid": 1}',
     '{"url": "http://evil.example:80", "token": "x", "pid": 1}', '{"url": "file:///etc", "token": "x", "pid": 1}',
     '{"url": "http://127.0.0.1:1@evil.example", "token": "x", "pid": 1}',
     '{"url": "http://127.0.0.1:1", "token": "a\\r\\nb", "pid": 1}'],
)
def test_a_file_that_makes_no_sense_is_no_daemon(tmp_path, text):
    token_file(tmp_path).write_text(text)
    assert read_credentials(tmp_path) is None


def test_a_state_folder_that_is_none_is_said(engine, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    server = ControlServer(engine, port=0, state_folder=blocked, status=dict)

    async def life() -> None:
        with pytest.raises(StoreError, match=r"control\.json"):
            await server.start()
        with pytest.raises(OSError, match=r"Connect|refused"):
            await asyncio.open_connection("127.0.0.1", int(server.url.rpartition(":")[2]))

    asyncio.run(life())


def test_signals_stay_with_the_daemon(engine, tmp_path):
    """In the main thread the server would take SIGINT and SIGTERM for itself; here it must not."""

    async def life() -> None:
        before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
        server = ControlServer(engine, port=0, state_folder=tmp_path, status=dict)
        await server.start()
        assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
        await server.close()

    assert threading.current_thread() is threading.main_thread()
    asyncio.run(life())


def test_a_client_that_leaves_while_it_waits_harms_nobody(channel):
    job = channel.ask("POST", "/v1/triggers", {"pad": "kick"})[1]["job"]["id"]
    with socket.create_connection(("127.0.0.1", channel.port), timeout=PATIENCE_SECONDS) as connection:
        connection.sendall(
            f"GET /v1/jobs/{job}?wait=0.3 HTTP/1.1\r\nHost: 127.0.0.1:{channel.port}\r\n"
            f"Authorization: Bearer {channel.credentials.token}\r\n\r\n".encode()
        )
        wait_until(lambda: channel.engine.waits)
    wait_until(lambda: channel.engine.waiting == 0)
    assert channel.ask("GET", "/v1/status")[0] == 200


def test_the_file_holds_what_it_promises(channel):
    assert set(json.loads(token_file(channel.state_folder).read_text())) == {"url", "token", "pid"}
