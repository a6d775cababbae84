"""Leads whatever Kubernetes client a controller uses to the run that is under way.

Clients are made once, at an import or at a start, but each run has a URL of its own. So they are
configured with one address that does not exist, and what they send there is sent to the run instead:
where requests leave Python, in urllib3 (the official client, requests, pykube), httpx (kr8s,
lightkube) and aiohttp (kopf, kubernetes_asyncio). A process that a controller starts, such as
kubectl, reads the run's URL from the file that KUBECONFIG names.
"""
import functools
import importlib
import os
import re
import subprocess
import sys

from .protocol import RunIsOver

PLACEHOLDER = "http://kverify.invalid"

#: What the server says of itself, which is the same in all runs.
_DISCOVERY = re.compile(r"/(version|openapi/.*|api(/v1)?|apis(/[^/]+){0,2})/?([?].*)?$")

_CONFIG = """apiVersion: v1
kind: Config
clusters: [{{name: kverify, cluster: {{server: "{server}"}}}}]
users: [{{name: kverify, user: {{token: none}}}}]
contexts: [{{name: kverify, context: {{cluster: kverify, user: kverify, namespace: default}}}}]
current-context: kverify
"""


class Target:
    """Where requests go now."""

    run = None
    base = ""
    config = None
    only_discovery = False

    @classmethod
    def set(cls, run, base="", only_discovery=False):
        cls.run, cls.base, cls.only_discovery = run, base, only_discovery
        if run is not None:
            cls.config.write(base)

    @classmethod
    def url(cls, url):
        """Where a URL leads; None where it is none of the API server's."""
        url = str(url)
        if not url.startswith(PLACEHOLDER):
            return None
        if cls.run is None:
            raise RuntimeError("a call to the API server while no reconcile is under way")
        if cls.run.is_over:
            raise RunIsOver
        path = url[len(PLACEHOLDER):]
        if cls.only_discovery and not _DISCOVERY.match(path):
            raise RuntimeError(f"a call of {path} before the first reconcile: it would be part of none")
        return cls.base + path

    @classmethod
    def check(cls, status):
        if status == 410 and cls.run is not None:
            cls.run.is_over = True
            raise RunIsOver


class ConfigFile:
    """A kubeconfig in memory, which is gone with the process, whatever ends it."""

    def __init__(self):
        self._descriptor = os.memfd_create("kubeconfig")
        self.path = f"/proc/{os.getpid()}/fd/{self._descriptor}"

    def write(self, server):
        text = _CONFIG.format(server=server).encode()
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, text, 0)


def connect():
    """Prepares what is installed of the clients; call it before the controller's code is imported."""
    if Target.config is not None:
        return
    Target.config = ConfigFile()
    own = ConfigFile()
    own.write(PLACEHOLDER)
    Target.config.write(PLACEHOLDER)
    os.environ["KUBECONFIG"] = own.path
    for library in (_urllib3, _httpx, _aiohttp):
        try:
            library()
        except ImportError:
            pass
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"):
        os.environ.pop(name, None)
    _kubectl()


def _kubectl():
    """Processes that the controller starts find the run, not the placeholder."""
    start = subprocess.Popen.__init__

    @functools.wraps(start)
    def popen(self, *arguments, env=None, **others):
        env = dict(os.environ if env is None else env)
        if env.get("KUBECONFIG") == os.environ.get("KUBECONFIG"):
            env["KUBECONFIG"] = Target.config.path
        return start(self, *arguments, env=env, **others)

    subprocess.Popen.__init__ = popen


def _urllib3():
    import urllib3

    request = urllib3.PoolManager.request
    opened = urllib3.PoolManager.urlopen

    def lead(original):
        @functools.wraps(original)
        def call(self, method, url, *arguments, **others):
            target = Target.url(url)
            answer = original(self, method, target or url, *arguments, **others)
            if target:
                Target.check(answer.status)
            return answer
        return call

    urllib3.PoolManager.request = lead(request)
    urllib3.PoolManager.urlopen = lead(opened)
    try:
        import requests
    except ImportError:
        return
    send = requests.Session.send

    @functools.wraps(send)
    def session_send(self, request, **others):
        target = Target.url(request.url)
        if target:
            request.url = target
        answer = send(self, request, **others)
        if target:
            Target.check(answer.status_code)
        return answer

    requests.Session.send = session_send


def _httpx():
    import httpx

    def lead(request):
        target = Target.url(request.url)
        if target:
            request.url = httpx.URL(target)
            request.headers["Host"] = request.url.netloc.decode()
        return target

    send, send_async = httpx.Client.send, httpx.AsyncClient.send

    @functools.wraps(send)
    def client_send(self, request, **others):
        target = lead(request)
        answer = send(self, request, **others)
        if target:
            Target.check(answer.status_code)
        return answer

    @functools.wraps(send_async)
    async def client_send_async(self, request, **others):
        target = lead(request)
        answer = await send_async(self, request, **others)
        if target:
            Target.check(answer.status_code)
        return answer

    httpx.Client.send = client_send
    httpx.AsyncClient.send = client_send_async


def _aiohttp():
    import aiohttp

    request = aiohttp.ClientSession._request

    @functools.wraps(request)
    async def session_request(self, method, url, **others):
        target = Target.url(url)
        answer = await request(self, method, target or url, **others)
        if target:
            Target.check(answer.status)
        return answer

    aiohttp.ClientSession._request = session_request


def connect_loaded():
    """Gives the clients that were imported their configuration, as if the process ran in a cluster."""
    for name in ("kubernetes", "kubernetes_asyncio"):
        if name not in sys.modules:
            continue
        client = importlib.import_module(name + ".client")
        config = importlib.import_module(name + ".config")
        configuration = client.Configuration()
        configuration.host = PLACEHOLDER
        client.Configuration.set_default(configuration)
        _in_cluster(config, client)


def _in_cluster(config, client):
    """`load_incluster_config` looks for files of a Pod; there is none."""

    def load(client_configuration=None, **_):
        if client_configuration is not None:
            client_configuration.host = PLACEHOLDER
            return
        configuration = client.Configuration()
        configuration.host = PLACEHOLDER
        client.Configuration.set_default(configuration)

    config.load_incluster_config = load
