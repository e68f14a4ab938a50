# Oneshot Bridge for Ableton Live: puts every new sound into a Simpler, a Drum Rack pad or an audio clip by itself.
#
# Install: `oneshot daw install live`, or copy this folder to "Remote Scripts" in Live's User Library. Restart Live and
#   choose OneshotBridge under Settings > Link, Tempo & MIDI > Control Surface, once. Inputs and outputs stay "None".
# Versions: Live 11 to 12.4 and newer, every edition; Python 3.7 (Live 11) to 3.11, its standard library only.
# Limits: one sample per Simpler: of velocity layers and turns the loudest first one plays. README.md says more.

from .surface import OneshotBridge

__version__ = "0.1.0"


def create_instance(c_instance):
    """Live calls this to start a Remote Script."""
    return OneshotBridge(c_instance)
