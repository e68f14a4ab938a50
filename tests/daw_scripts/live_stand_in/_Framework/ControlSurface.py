"""Stands in for the class that every Remote Script of this framework extends."""

from __future__ import annotations

import Live


class ControlSurface:
    def __init__(self, c_instance):
        self._c_instance = c_instance

    def song(self):
        return self._c_instance.song()

    def application(self):
        return Live.Application.get_application()

    def schedule_message(self, delay_in_ticks, callback, parameter=None):
        assert delay_in_ticks > 0
        assert callable(callback)
        self._c_instance.schedule(delay_in_ticks, callback if parameter is None else lambda: callback(parameter))

    def show_message(self, message):
        self._c_instance.show_message(str(message))

    def log_message(self, *message):
        self._c_instance.log_message(" ".join(map(str, message)))

    def disconnect(self):
        self._c_instance.disconnected()
