"""Plays sounds on a loudspeaker, so that a new one is heard before it is in the DAW."""
