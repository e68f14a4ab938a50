"""Fixtures of the surfaces."""

from support.surfaces import played  # noqa: F401 - a fixture of this folder
