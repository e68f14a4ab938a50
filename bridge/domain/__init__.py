"""The nouns of the bridge: frozen values that know nothing of files, networks or clocks."""
