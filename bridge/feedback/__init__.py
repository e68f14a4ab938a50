"""Voices: what happens in the bridge is told to those who want to know. A voice that fails stops nothing."""
