"""Plays sounds on a loudspeaker, so that a new one is heard before it is in the DAW.

`audition` decides what is heard, `player` holds the process that plays, `device` is what runs in it; `mixer` and
`outputs` are the pure parts.
"""
