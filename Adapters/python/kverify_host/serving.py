"""Serves plain reconcile functions."""
import asyncio
import contextlib
import dataclasses
import hashlib
import inspect
import json
import math
import os
import re
import sys
import time
import traceback

from . import clients, randomness, threads
from .protocol import Host, RunIsOver


@dataclasses.dataclass(frozen=True)
class Request:
    """The object to reconcile; `run` has the URLs and what else kverify answers."""

    api_version: str
    kind: str
    namespace: str
    name: str
    run: object


@dataclasses.dataclass(frozen=True)
class Requeue:
    """What a reconcile returns to be called again; nothing, where it is done."""

    seconds: int = 0


def failure(error):
    """A message that is the same whenever the same happens."""
    status = getattr(error, "status", None)
    if isinstance(status, int):
        return f"{type(error).__name__}: {status} {getattr(error, 'reason', '')}".rstrip()
    if isinstance(error, OSError) and error.filename is not None:
        return f"{type(error).__name__}: {error.strerror}: {os.path.basename(error.filename)}"
    # Addresses of objects differ from process to process.
    text = re.sub(r" at 0x[0-9a-f]+", "", str(error).split("\n")[0])
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def outcome(returned):
    """The result of a reconcile that returned."""
    if returned is None:
        return {"result": "done"}
    if not isinstance(returned, Requeue):
        raise TypeError(f"a reconcile returns None or Requeue, not {type(returned).__name__}")
    if returned.seconds > 0:
        return {"result": "requeueAfter", "seconds": max(1, round(returned.seconds))}
    return {"result": "requeue"}


_interruption = None
_slept = 0.0


def still():
    """Time stands still in a run, so no sleep takes any.

    `time.time()` goes on by what the run slept: who polls until some seconds are over comes to an end.
    """
    sleep, now = asyncio.sleep, time.time

    def note(seconds):
        global _slept
        if _interruption is not None and seconds > 0:
            raise _interruption
        _slept += max(0.0, seconds) if math.isfinite(seconds) else 0.0

    async def sleep_not(delay, result=None):
        note(delay)
        return await sleep(0, result)

    asyncio.sleep = sleep_not
    time.sleep = note
    time.time = lambda: now() + _slept


def begin():
    """A run begins at the time at which all begin."""
    global _slept
    _slept = 0.0


@contextlib.contextmanager
def sleeping(interruption):
    """Meanwhile a sleep raises an error, where one is given."""
    global _interruption
    before, _interruption = _interruption, interruption
    try:
        yield
    finally:
        _interruption = before


def digest(memory):
    """A text that is the same for equal memories: of anything that `json` can write, sets too."""

    def plain(value):
        if isinstance(value, (set, frozenset)):
            return sorted(json.dumps(item, sort_keys=True, default=plain) for item in value)
        if dataclasses.is_dataclass(value):
            return dataclasses.asdict(value)
        raise TypeError(f"memory_hash returned something with a {type(value).__name__} in it; "
                        "return texts, numbers, lists, dicts and sets")

    return hashlib.sha256(json.dumps(memory, sort_keys=True, default=plain).encode()).hexdigest()


def serve(reconcile, *, reads="cached", random="seeded", memory_hash=None):
    """Answers kverify with a function of a `Request`, plain or async, until kverify is done.

    `reads`: where the client's reads are answered, from the controller's `cached` view, as a manager
    with informers does, or `live`, as the API server does. `random`: `seeded`, `fresh` (UUIDs are
    values that kverify makes up), or `real`, which kverify reports as not deterministic.
    `memory_hash`, for a scenario with `memory: kept`: returns all that the process keeps in memory from
    one reconcile to the next, as texts, numbers, lists, dicts and sets; where it returns the same again,
    the process behaves the same from then on.
    """
    if reads not in ("cached", "live"):
        raise ValueError(f"reads is cached or live, not {reads}")
    source = randomness.source
    source.mode = random
    source.install()
    clients.connect()
    clients.connect_loaded()
    still()
    host = Host()
    for run in host.runs():
        source.begin(run)
        begin()
        clients.Target.set(run, run.cached_api_server if reads == "cached" else run.api_server)
        request = Request(
            run.request["apiVersion"], run.request["kind"], run.request["namespace"],
            run.request["name"], run)
        try:
            returned = reconcile(request)
            if inspect.isawaitable(returned):
                returned = asyncio.run(_await(returned))
            result = outcome(returned)
        except RunIsOver:
            result = {"result": "done"}
        except Exception as error:
            if not run.is_over:
                traceback.print_exc(file=sys.stderr)
            result = {"result": "error", "message": failure(error)}
        finally:
            clients.Target.set(None)
            source.end()
        if memory_hash is not None and not run.is_over:
            result["memoryHash"] = digest(memory_hash())
        host.finish(run, result)


async def _await(awaitable):
    asyncio.get_running_loop().set_default_executor(threads.OneThread())
    return await awaitable
