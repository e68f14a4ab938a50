"""MIDI without the bridge: systems, ports that come and go, the tempo of a clock, the lights of devices."""
