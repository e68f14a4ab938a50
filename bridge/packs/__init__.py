"""Packs: many sounds planned by one file, and the folder that they are written to. Pure, but for what reads files."""
