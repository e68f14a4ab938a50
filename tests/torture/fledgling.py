"""Stands in a daemon's books for a worker that the nest hatches: hands it its pipes, and ends when it ends.

    python -I -S fledgling.py ADDRESS [module …]
"""

import json
import os
import socket
import sys

line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
line.connect(sys.argv[1])
order = {"what": "worker", "arguments": sys.argv[2:], "cwd": os.getcwd(), "environment": dict(os.environ)}
line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
socket.send_fds(line, [json.dumps(order).encode()], [0, 1, 2])
os.close(0)
os.close(1)
line.recv(64)
end = int(line.recv(64) or b"1")
sys.exit(end if end >= 0 else 1)
