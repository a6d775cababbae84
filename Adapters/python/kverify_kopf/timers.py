"""Timers and daemons of kopf, run once when their time has come, instead of in tasks of their own."""
import asyncio

from kopf._core.actions import application, execution, lifecycles, loggers, progression
from kopf._core.intents import causes, handlers as handlers_, stoppers
from kopf._cogs.structs import finalizers, patches
from kverify_host import serving


class _Stopper(stoppers.DaemonStopper):
    """Tells a daemon to stop as soon as it waits: it goes on at the next timer, from its start."""

    def __init__(self):
        super().__init__()
        self.sync_event.wait = lambda timeout=None: self._end()
        self.async_event.wait = self._end_async

    def _end(self):
        self.sync_event.set()
        self.async_event.set()
        return True

    async def _end_async(self):
        return self._end()


class Timers:
    """The timers and daemons of an operator."""

    def __init__(self, registry, settings):
        self._registry = registry
        self._settings = settings

    async def run(self, resource, body, indexers, memo):
        """Runs what there is for an object; answers the seconds to the next times."""
        if not self._registry._spawning.has_handlers(resource=resource):
            return []
        logger = loggers.LocalObjectLogger(body=body, settings=self._settings)
        cause = causes.SpawningCause(
            resource=resource, indices=indexers.indices, logger=logger, body=body,
            patch=patches.Patch(body=body), memo=memo, reset=False)
        seconds = []
        for handler in self._registry._spawning.get_handlers(cause=cause):
            seconds.append(await self._once(handler, resource, body, indexers, memo, logger))
        return seconds

    async def _once(self, handler, resource, body, indexers, memo, logger):
        patch = patches.Patch(body=body)
        cause = causes.DaemonCause(
            resource=resource, indices=indexers.indices, logger=logger, memo=memo, body=body,
            patch=patch, stopper=_Stopper())
        state = progression.State.from_scratch().with_handlers([handler])
        is_daemon = isinstance(handler, handlers_.DaemonHandler)
        with serving.sleeping(asyncio.CancelledError if is_daemon else None):
            try:
                outcomes = await execution.execute_handlers_once(
                    lifecycle=lifecycles.all_at_once, settings=self._settings, handlers=[handler],
                    cause=cause, state=state)
            except asyncio.CancelledError:
                outcomes = {}
        state = state.with_outcomes(outcomes)
        progression.deliver_results(outcomes=outcomes, patch=patch)
        await application.patch_and_check(
            settings=self._settings, resource=resource, logger=logger, patch=patch, body=body)
        if outcomes and not state.done:
            return state.delay or 1
        return getattr(handler, "interval", None) or 1
