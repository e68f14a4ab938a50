"""Oneshot Bridge: press a pad, get a new, tuned, playable sound in your sampler.

The folders stand in the order in which a sound walks, and import only downward; `tests/test_floors.py` holds
the order and names every floor.
"""

__version__ = "0.1.0"
