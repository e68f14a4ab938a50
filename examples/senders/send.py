"""Triggers a pad by OSC and prints what the bridge answers until the sound is ready.

    pip install python-osc
    python send.py              the pad "kick", with full energy
    python send.py snare 0.4    another pad, hit softly

Expect one line for every reply: job/accepted, job/progress …, sample/ready with the path of the new sound, and
job/ready at the end. Without a daemon (oneshot run) nothing answers, and the script says so.
"""

# ruff: noqa: T201 - a script for people prints

import sys

from pythonosc.osc_message import OscMessage
from pythonosc.udp_client import SimpleUDPClient

HOST, PORT = "127.0.0.1", 9127
LAST_WORDS = {"/oneshot/job/ready", "/oneshot/job/failed", "/oneshot/job/cancelled", "/oneshot/job/rejected",
              "/oneshot/error"}


def main() -> int:
    pad = sys.argv[1] if len(sys.argv) > 1 else "kick"
    energy = float(sys.argv[2]) if len(sys.argv) > 2 else 1.0

    client = SimpleUDPClient(HOST, PORT)
    client.send_message(f"/oneshot/pad/{pad}", energy)

    # Replies come back to the socket that asked: no port of our own, no subscription.
    seconds = 3.0
    while packet := client.receive(seconds):
        reply = OscMessage(packet)
        print(reply.address, *reply.params)
        if reply.address in LAST_WORDS:
            return 0 if reply.address.endswith("/ready") else 1
        seconds = 120.0  # the daemon is there; a sound takes its time
    print(f"Nothing more comes from {HOST}:{PORT}. Is the daemon running?", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
