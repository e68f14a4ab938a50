"""Guards the user's money: nothing is sent that would pass a cap, however many ask at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Connection

from bridge.config.schema import BudgetSettings
from bridge.domain.take import Call
from bridge.errors import ModelError
from bridge.jobs.workshop import Workshop
from bridge.ports import BudgetView, Spent
from bridge.store import spending
from bridge.units import Usd

CHANGE_IT = "Raise it under [budget] in the config, or use a model that costs nothing. See: oneshot budget"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cap:
    name: str
    most: float
    counted: Usd


class Budget:
    """Holds the caps of the config; days and months are those of the computer's own calendar."""

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop
        self._clock = shop.clock

    @property
    def _settings(self) -> BudgetSettings:
        return self._shop.config.budget

    def reserve(self, store: Connection, call: Call) -> None:
        """Refuses a call that might pass a cap; run it in the transaction that writes the call down.

        So fifty calls at once are looked at one after the other, each with those before it counted. Raises ModelError.
        """
        if call.estimate <= 0:
            return
        for cap in self._caps(store, call.job):
            if cap.counted + call.estimate > cap.most + 1e-9:
                raise ModelError(
                    f"A call to {call.model} may cost {usd(call.estimate)}, and {usd(cap.counted)} of the"
                    f" {usd(cap.most)} for {cap.name} are spent or reserved.",
                    CHANGE_IT,
                )

    def view(self, store: Connection) -> BudgetView:
        """Shows what is spent, reserved and left."""
        day, month = self._day(), self._month()
        return BudgetView(
            day=Usd(spending.counted_since(store, day)), day_cap=Usd(self._settings.day),
            month=Usd(spending.counted_since(store, month)), month_cap=Usd(self._settings.month),
            job_cap=Usd(self._settings.job), reserved=spending.reserved(store),
            models=tuple(
                Spent(model=row.model, spent=row.spent, reserved=row.reserved, calls=row.calls)
                for row in spending.spending_by_model(store, month)
            ),
        )

    def _caps(self, store: Connection, job: str) -> tuple[_Cap, ...]:
        return (
            _Cap(name="one sound", most=self._settings.job, counted=spending.counted_of_job(store, job)),
            _Cap(name="today", most=self._settings.day, counted=spending.counted_since(store, self._day())),
            _Cap(name="this month", most=self._settings.month, counted=spending.counted_since(store, self._month())),
        )

    def _day(self) -> float:
        return self._now().replace(hour=0, minute=0, second=0, microsecond=0).timestamp()

    def _month(self) -> float:
        return self._now().replace(day=1, hour=0, minute=0, second=0, microsecond=0).timestamp()

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.now()).astimezone()


def usd(amount: float) -> str:
    """Returns an amount as it is shown: two decimals, more where it is small."""
    return f"${amount:.2f}" if amount >= 0.1 or amount == 0 else f"${amount:.4f}".rstrip("0")
