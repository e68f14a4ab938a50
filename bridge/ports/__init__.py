"""The small interfaces between the parts: what a part may ask of another, and nothing else.

Everything above this floor is written against these; `bridge.app` puts the real parts in.
"""

from __future__ import annotations

from bridge.ports.clock import Clock, ManualClock, SystemClock
from bridge.ports.engine import BudgetView, Engine, HostView, Outcome, PadState, PadView, Price, Spent
from bridge.ports.listening import Heard, Listening, Mute
from bridge.ports.models import (
    Answered,
    CallState,
    Capabilities,
    ChatModel,
    ChatState,
    Failed,
    Finished,
    Generators,
    Lost,
    Maker,
    Model,
    Progress,
    RawTake,
    Reader,
    References,
)
from bridge.ports.shaping import Shaped, Shaper
from bridge.ports.workers import Workers

__all__ = [
    "Answered",
    "BudgetView",
    "CallState",
    "Capabilities",
    "ChatModel",
    "ChatState",
    "Clock",
    "Engine",
    "Failed",
    "Finished",
    "Generators",
    "Heard",
    "HostView",
    "Listening",
    "Lost",
    "Maker",
    "ManualClock",
    "Model",
    "Mute",
    "Outcome",
    "PadState",
    "PadView",
    "Price",
    "Progress",
    "RawTake",
    "Reader",
    "References",
    "Shaped",
    "Shaper",
    "Spent",
    "SystemClock",
    "Workers",
]
