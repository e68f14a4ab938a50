"""What a script holds of Live's objects: handles, which refuse what Live refuses."""

from __future__ import annotations

ALWAYS = (0, 0, 0)


class Vector:
    """What Live returns for a list: countable, with whole numbers from 0 on."""

    def __init__(self, things):
        self._things = tuple(things)

    def __len__(self):
        return len(self._things)

    def __iter__(self):
        return iter(self._things)

    def __getitem__(self, index):
        assert isinstance(index, int)
        assert index >= 0
        return self._things[index]


class Handle:
    """What a script holds of an object of Live."""

    __slots__ = ("_core",)

    def __init__(self, core):
        object.__setattr__(self, "_core", core)

    def __eq__(self, other):
        return isinstance(other, Handle) and self._core is other._core

    def __hash__(self):
        return id(self._core)

    def __getattr__(self, name):
        core = self._core
        core.host.touched(core)
        if not core.host.has(core.members.get(name)):
            raise AttributeError(name)
        value = getattr(core, name)
        if not callable(value):
            return wrapped(value)

        def call(*arguments):
            core.host.touched(core)
            core.host.changing(core, name)
            return wrapped(value(*(unwrapped(argument) for argument in arguments)))

        return call

    def __setattr__(self, name, value):
        core = self._core
        core.host.touched(core)
        if not core.host.has(core.members.get(name)) or name not in core.settable:
            raise AttributeError(f"can't set attribute {name}")
        core.host.changing(core, name)
        kinds = core.settable[name]
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise TypeError(f"Python argument types in None.None({type(core).__name__}, {type(value).__name__})")
        setattr(core, name, unwrapped(value))


def wrapped(value):
    if isinstance(value, Core):
        return Handle(value)
    if isinstance(value, (list, tuple)):
        return Vector(wrapped(thing) for thing in value)
    return value


def unwrapped(value):
    return value._core if isinstance(value, Handle) else value


class Core:
    """An object of Live. `members` says since which version it has what, `settable` what may be set to which types."""

    members: dict = {}
    settable: dict = {}
    not_undone: tuple = ()

    def __init__(self, host):
        self.host = host
        self.gone = False

    @property
    def _live_ptr(self):
        return id(self)


def known(names, since=ALWAYS):
    return dict.fromkeys(names.split(), since)
