"""A kopf operator, driven by kverify's runs in place of watch events.

kopf's own processing of an event does the work: causes, handlers, progress, finalizers, patches. What
is replaced is what surrounds it: where events come from, the clock, sleeping, timers.
"""
import asyncio
import contextlib
import sys
import traceback

from kopf._cogs.clients import auth, scanning
from kopf._cogs.configs import configuration
from kopf._cogs.helpers import loaders
from kopf._cogs.structs import bodies, credentials, ephemera
from kopf._core.actions import execution, lifecycles, loggers
from kopf._core.engines import activities, daemons, indexing, posting
from kopf._core.intents import causes, registries
from kopf._core.reactor import inventory, processing
from kverify_host import clients, serving, threads
from kverify_host.protocol import RunIsOver

from . import delays
from .timers import Timers


class Operator:
    """The handlers of an operator, and what of it lives longer than a run."""

    def __init__(self, paths, modules, only=None, resume=False):
        self._registry = registries.SmartOperatorRegistry()
        registries.set_default_registry(self._registry)
        loaders.preload(paths=paths, modules=modules)
        self._settings = configuration.OperatorSettings()
        self._settings.execution.executor = threads.OneThread()
        self._only = only
        self._resume = resume
        self._memo = ephemera.AnyMemo(ephemera.Memo())
        self._resources = []
        self._selected = {}
        self._run = None
        self._outcomes = []
        self._delays = delays.Delays(self._registry)
        self._timers = Timers(self._registry, self._settings)
        self._replace()

    def _replace(self):
        """Notes how handlers end; spawns no task for a timer: it is run when its time has come."""
        execute = execution.execute_handler_once

        async def execute_handler_once(*arguments, **others):
            outcome = await execute(*arguments, **others)
            self._outcomes.append(outcome)
            return outcome

        async def spawn_daemons(**_):
            return []

        execution.execute_handler_once = execute_handler_once
        daemons.spawn_daemons = spawn_daemons

    # MARK: The start

    async def start(self):
        """Runs the startup handlers, once, as at the start of the operator."""
        asyncio.get_running_loop().set_default_executor(self._settings.execution.executor)
        auth.vault_var.set(_Vault())
        posting.settings_var.set(self._settings)
        self._resources = sorted(
            await scanning.scan_resources(settings=self._settings, logger=loggers.logger), key=str)
        before = asyncio.all_tasks()
        await activities.run_activity(
            lifecycle=lifecycles.all_at_once, registry=self._registry, settings=self._settings,
            activity=causes.Activity.STARTUP, indices=indexing.OperatorIndexers().indices,
            memo=self._memo)
        # Kubernetes Events tell people what went on; nothing is decided by them.
        self._settings.posting.enabled = False
        await _cancel(asyncio.all_tasks() - before, "a task that a startup handler began")

    def _resource(self, request):
        key = request["apiVersion"], request["kind"]
        if key not in self._selected:
            found = [
                resource for resource in self._resources
                if (_api_version(resource), resource.kind) == key]
            if not found:
                raise SystemExit(f"the API server has no {key[1]} of {key[0]}")
            self._selected[key] = found[0]
        return self._selected[key]

    # MARK: A run

    async def run(self, run):
        """The result of a run."""
        self._run, self._outcomes = run, []
        self._delays.begin(run)
        before = asyncio.all_tasks()
        try:
            return await self._reconcile(run)
        except RunIsOver:
            return {"result": "done"}
        except _Failed as failed:
            error = failed.__cause__
            traceback.print_exception(error, file=sys.stderr)
            return {"result": "error", "message": serving.failure(error)}
        finally:
            await _cancel(asyncio.all_tasks() - before)

    async def _reconcile(self, run):
        resource = self._resource(run.request)
        namespace, name = run.request["namespace"] or None, run.request["name"]
        found = run.ask_cache(resource.get_url(namespace=namespace, name=name))
        if found is None:
            await self._gone(resource, namespace, name)
            return {"result": "done"}
        memories = inventory.ResourceMemories()
        indexers = await self._indexers(run, memories)
        event = {"type": None if self._resume else "MODIFIED", "object": found}
        if self._only != "timers":
            await self._process(resource, event, memories, indexers)
        body = bodies.Body(found)
        seconds = self._delays.seconds(self._outcomes)
        if self._only != "handlers" and "deletionTimestamp" not in found["metadata"]:
            with _operators_own():
                seconds += await self._timers.run(resource, body, indexers, self._memo)
        for outcome in self._outcomes:
            error = outcome.exception
            if error is not None and not outcome.final and not isinstance(
                error, (execution.TemporaryError, execution.HandlerChildrenRetry)
            ):
                return {"result": "error", "message": serving.failure(error)}
        if not seconds:
            return {"result": "done"}
        return {"result": "requeueAfter", "seconds": max(1, round(min(seconds)))}

    async def _process(self, resource, event, memories, indexers):
        # Pressure that is there from the beginning: kopf sleeps for nothing and comes back at once.
        pressure = asyncio.Event()
        pressure.set()
        with _operators_own():
            await processing.process_resource_event(
                lifecycle=lifecycles.get_default_lifecycle(), indexers=indexers,
                registry=self._registry, settings=self._settings, memories=memories,
                memobase=self._memo, resource=resource, raw_event=event,
                event_queue=asyncio.Queue(), stream_pressure=pressure, no_throttling=True)

    async def _gone(self, resource, namespace, name):
        """Tells handlers of raw events; of the object no more is known than its name."""
        if self._only == "timers" or not self._registry._watching.has_handlers(resource=resource):
            return
        metadata = {"name": name} if namespace is None else {"name": name, "namespace": namespace}
        body = {"apiVersion": _api_version(resource), "kind": resource.kind, "metadata": metadata}
        memories = inventory.ResourceMemories()
        indexers = await self._indexers(self._run, memories)
        await self._process(resource, {"type": "DELETED", "object": body}, memories, indexers)

    async def _indexers(self, run, memories):
        """The indices as they are when all objects have been seen."""
        indexers = indexing.OperatorIndexers()
        indexers.ensure(self._registry._indexing.get_all_handlers())
        if not indexers:
            return indexers
        for resource in self._resources:
            if not self._registry._indexing.has_handlers(resource=resource):
                continue
            for item in run.ask_cache(resource.get_url())["items"]:
                raw = {"apiVersion": _api_version(resource), "kind": resource.kind, **item}
                memory = await memories.recall(raw, memobase=self._memo)
                body = bodies.Body(raw)
                await indexing.index_resource(
                    indexers=indexers, registry=self._registry, settings=self._settings,
                    resource=resource, raw_event={"type": None, "object": raw}, body=body,
                    memo=memory.memo, memory=memory.indexing_memory,
                    logger=loggers.LocalObjectLogger(body=body, settings=self._settings))
        return indexers


class _Failed(Exception):
    """kopf or the operator failed, with the cause; all else that is raised is a failure of the host."""


@contextlib.contextmanager
def _operators_own():
    try:
        yield
    except Exception as error:
        raise _Failed from error


class _Vault(credentials.Vault):
    """Credentials that are none: requests are led to the run that is under way."""

    def __init__(self):
        info = credentials.ConnectionInfo(server=clients.PLACEHOLDER)
        super().__init__({"kverify": info})


def _api_version(resource):
    return f"{resource.group}/{resource.version}" if resource.group else resource.version


async def _cancel(tasks, what=None):
    """Ends what was left running: it would go on in somebody else's run."""
    for task in tasks:
        if what:
            print(f"kverify: not run: {what}, {task.get_coro()!r}", file=sys.stderr, flush=True)
        task.cancel()
    if tasks:
        await asyncio.gather(*tasks, return_exceptions=True)
