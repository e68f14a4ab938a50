"""Proof by destruction. Each leg is a module of this folder with a function

    run(seed: int, size: float) -> Leg

which does its worst, `size` times as often as the long run (1.0), and counts what came of it: the same seed makes the
same faults. `python tests/torture` runs the legs; the files `test_*.py` run them small, with every other test.
"""
