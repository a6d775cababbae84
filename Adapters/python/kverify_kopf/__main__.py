"""The command: loads an operator as `kopf run` does, and serves its runs."""
import argparse
import asyncio
import logging
import sys

from kverify_host import clients, randomness, serving
from kverify_host.protocol import Host


def arguments():
    parser = argparse.ArgumentParser(
        prog="python3 -m kverify_kopf",
        description="A host for kverify (Adapters/PROTOCOL.md) of a kopf operator.",
        epilog="example: command: [python3, -m, kverify_kopf, -m, dask_kubernetes.operator.controller]")
    parser.add_argument("paths", nargs="*", metavar="FILE", help="files with handlers")
    parser.add_argument("-m", "--module", action="append", default=[], help="modules with handlers")
    parser.add_argument(
        "--random", choices=["fresh", "seeded", "real"], default="fresh",
        help="UUIDs are values of kverify's that are unlike all others (the default), the same in "
        "every run, or what they are, which is reported as not deterministic")
    parser.add_argument(
        "--only", choices=["handlers", "timers"],
        help="leave out timers and daemons, or all but them, so that two controllers of the scenario, "
        "each with one part, are interleaved as kopf's tasks are")
    parser.add_argument(
        "--resume", action="store_true",
        help="each run is the first one after a start of the operator, for handlers of `resume`")
    parser.add_argument("--log", action="store_true", help="write what kopf logs to standard error")
    options = parser.parse_args()
    if not options.paths and not options.module:
        parser.error("which operator? Name a FILE or -m MODULE.")
    return options


def main():
    options = arguments()
    logging.basicConfig(
        stream=sys.stderr, level=logging.DEBUG if options.log else logging.CRITICAL + 1,
        format="%(name)s: %(message)s")
    source = randomness.source
    source.mode = options.random
    source.install()
    clients.connect()
    serving.still()
    from .operator import Operator

    operator = Operator(options.paths, options.module, options.only, options.resume)
    clients.connect_loaded()
    asyncio.run(serve(operator, source))


async def serve(operator, source):
    host = Host()
    started = False
    for run in host.runs():
        try:
            if not started:
                # The start is part of no run: it may ask what is the same in all.
                clients.Target.set(run, run.api_server, only_discovery=True)
                await operator.start()
                started = True
            source.begin(run)
            serving.begin()
            clients.Target.set(run, run.api_server)
            result = await operator.run(run)
        finally:
            clients.Target.set(None)
            source.end()
        host.finish(run, result)


main()
