"""What the tests share. The folder `tests` is on their path, so any of them can import it.

    from support.engine import FakeEngine      the whole engine in memory: for doors, voices and commands
    from support.osc import Friend             another program on the OSC line, and the scene of a door and a voice
    from support.jack import ...               fixtures of a real JACK server, for MIDI from another program
    from support.live import start, ...        Ableton Live as a stand-in, with the bridge's script in it
    from support.patience import until         waiting for what happens: never for a fixed time

A fixture of this package belongs to a folder when its `conftest.py` imports it. What only one folder needs stays in
that folder's `conftest.py`.
"""
