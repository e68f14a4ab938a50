"""The control channel: what the bridge can be asked, as JSON over HTTP on this computer."""
