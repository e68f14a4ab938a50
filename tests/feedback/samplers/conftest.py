"""Fixtures of the driven samplers."""

from support.samplers import library  # noqa: F401 - a fixture of this folder
