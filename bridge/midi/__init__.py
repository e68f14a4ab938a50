"""MIDI below the doors: the systems, their ports, messages out of bytes, tempo out of a clock, and devices with lights.

The door (`bridge.triggers.midi`) and the lights (`bridge.feedback.midi`) share one set of ports.
"""
