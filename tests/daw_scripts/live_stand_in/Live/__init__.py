"""Stands in for the module that Live's Python has: the parts that the script names."""

from __future__ import annotations

from types import SimpleNamespace

from live_handles import Handle
from live_host import Host
from live_set import LimitationError

Base = SimpleNamespace(LimitationError=LimitationError)
Browser = SimpleNamespace(FilterType=SimpleNamespace(disabled=-1, hotswap_off=0, drum_pad_hotswap=4, samples=6))
Application = SimpleNamespace(get_application=lambda: Handle(Host.running.application))
