"""Time in a run: it stands still, and delays are over when kverify says so."""
import datetime

from kopf._core.actions import progression

NOW = datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)
#: How far tries are counted where no handler says how many it takes.
COUNTED_TRIES = 3


class _Loop:
    """A loop whose clock kopf reads to date its records."""

    @staticmethod
    def time():
        return 0.0


class _Asyncio:
    """What `kopf._core.actions.progression` uses of asyncio: the clock of the loop."""

    @staticmethod
    def get_running_loop():
        return _Loop


class Delays:
    """Handlers that failed for now and are to be tried again later.

    Whether the time has come is a question of the run. Tries are counted in the annotations of the
    object, without end where a handler fails for ever; so that states are finitely many, the count
    stands still behind the last number that any handler is interested in.
    """

    def __init__(self, registry):
        self._run = None
        self._answers = {}
        self._waiting = []
        limits = [
            handler.retries for handler in registry._changing.get_all_handlers()
            if handler.retries is not None]
        self._counted = max([COUNTED_TRIES] + [limit + 1 for limit in limits])
        progression.asyncio = _Asyncio
        progression._get_basetime = lambda: NOW
        progression.HandlerState.sleeping = property(self._is_sleeping)
        store = progression.HandlerState.for_storage

        def for_storage(state):
            record = store(state)
            if record.get("retries") is not None:
                record["retries"] = min(record["retries"], self._counted)
            return record

        progression.HandlerState.for_storage = for_storage

    def begin(self, run):
        self._run, self._answers, self._waiting = run, {}, []

    def _is_sleeping(self, state):
        if state.finished or state.delayed is None or state.delayed <= NOW:
            return False
        record = state.purpose, state.started, state.delayed, state.retries, state.message
        if record not in self._answers:
            deadline = f"{state.purpose}, try {state.retries + 1}"
            self._answers[record] = self._run.has_passed(deadline)
        if not self._answers[record]:
            self._waiting.append((state.delayed - NOW).total_seconds())
        return not self._answers[record]

    def seconds(self, outcomes):
        """The delays after which something is to be done again."""
        return self._waiting + [
            outcome.delay or 0 for outcome in outcomes if not outcome.final]
