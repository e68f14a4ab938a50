"""Puts samples on keys, and writes instruments in the formats of samplers; never touches the disk."""
