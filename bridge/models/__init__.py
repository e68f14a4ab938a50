"""Models: the generators behind `bridge.ports.Model`, each an entry point of the group `oneshot_bridge.models`."""
