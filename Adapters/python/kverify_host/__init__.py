"""A host for reconcilers in Python: kverify asks, the reconciler's own client answers to kverify.

    from kverify_host import serve
    from kubernetes import client

    def reconcile(request):
        pod = client.CoreV1Api().read_namespaced_pod(request.name, request.namespace)
        ...

    serve(reconcile)
"""
import os

from .clients import connect
from .protocol import Host, Run, RunIsOver
from .serving import Requeue, Request, serve
from .randomness import source

# Before the controller's modules take `uuid4` and the like under names of their own.
if "KVERIFY_HOST" in os.environ:
    source.install()

__all__ = ["Host", "Request", "Requeue", "Run", "RunIsOver", "connect", "serve"]
