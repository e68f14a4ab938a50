"""A stand-in for the little of Paddle that the runner touches."""

from stand_in import note


class Generator:
    def manual_seed(self, seed):
        self.seed = seed
        return self


class device:  # noqa: N801
    @staticmethod
    def is_compiled_with_cuda():
        return False


def set_device(name):
    note("set_device", name=name)


def seed(number):
    note("seed", number=number)
