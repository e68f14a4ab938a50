"""The daemon's threads share one heap, as glibc itself tells."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

THREADS = """
import ctypes, threading
{begin}
meet = threading.Barrier(8)
def work():
    kept = bytearray(50_000)
    meet.wait()
threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, out)
libc.fflush(out)
"""


def heaps(begin: str) -> int:
    """Returns how many heaps eight threads at work have in a new process."""
    return subprocess.run([sys.executable, "-c", THREADS.format(begin=begin)], capture_output=True, check=True,
                          text=True).stdout.count("<heap nr=")  # fmt: skip


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc gives threads heaps of their own")
def test_threads_share_one_heap_where_by_themselves_they_would_have_several():
    assert heaps("") > 1
    assert heaps("from bridge.service.memory import share_one_heap; share_one_heap()") == 1
