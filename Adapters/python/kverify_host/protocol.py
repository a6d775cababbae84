"""The two calls of the protocol (Adapters/PROTOCOL.md), and the questions that are kverify's own."""
import http.client
import json
import os
import urllib.parse


class RunIsOver(BaseException):
    """kverify has cut the run: nothing that the reconcile still does matters.

    No `Exception`, so that no handler of the controller's takes it for a failure of the server.
    """


class Connection:
    """A connection that is kept; no library of the controller's is used for it, so none is disturbed."""

    def __init__(self, base):
        parts = urllib.parse.urlsplit(base)
        self._address = parts.hostname, parts.port
        self._prefix = parts.path
        self._connection = None

    def call(self, method, path, body=None):
        """The status and the JSON of an answer."""
        data = None if body is None else json.dumps(body).encode()
        headers = {} if data is None else {"Content-Type": "application/json"}
        for attempt in (1, 2):
            if self._connection is None:
                self._connection = http.client.HTTPConnection(*self._address)
            try:
                self._connection.request(method, self._prefix + path, data, headers)
                answer = self._connection.getresponse()
                text = answer.read()
                return answer.status, _parsed(text)
            except (http.client.HTTPException, OSError):
                # The server may have closed an idle connection; nothing was done then.
                self._connection.close()
                self._connection = None
                if attempt == 2:
                    raise


def _parsed(text):
    try:
        return json.loads(text)
    except ValueError:
        return None


class Run:
    """One run of a reconcile."""

    def __init__(self, work):
        self.number = work["run"]
        self.controller = work["controller"]
        self.request = work["request"]
        self.api_server = work["apiServer"]
        self.cached_api_server = work["cachedApiServer"]
        self.is_over = False
        self._live = Connection(self.api_server)
        self._cached = Connection(self.cached_api_server)

    def ask(self, path):
        """The answer to a live read, which is a question of this run; None where nothing is there.

        Raises `RunIsOver` where the run was cut.
        """
        return self._ask(self._live, path)

    def ask_cache(self, path):
        """The same of the controller's cache."""
        return self._ask(self._cached, path)

    def _ask(self, connection, path):
        if self.is_over:
            raise RunIsOver
        status, body = connection.call("GET", path)
        if status == 410:
            self.is_over = True
            raise RunIsOver
        if status == 404:
            return None
        if status != 200:
            raise RuntimeError(f"{path}: {status} {body}")
        return body

    def fresh(self):
        """A text of nine letters and digits that differs from all others."""
        return self.ask("/kverify/fresh")["value"]

    def has_passed(self, deadline):
        """Whether a deadline has passed: both are explored, and what has passed stays so."""
        return self.ask("/kverify/passed?deadline=" + urllib.parse.quote(deadline, safe=""))["passed"]


class Host:
    """Asks for work and says how it ended."""

    def __init__(self, url=None):
        url = url or os.environ.get("KVERIFY_HOST")
        if not url:
            raise SystemExit("KVERIFY_HOST is not set: kverify starts this, see Adapters/PROTOCOL.md")
        self._connection = Connection(url)

    def runs(self):
        """The runs, one after the other, until kverify is done."""
        while True:
            try:
                status, work = self._connection.call("GET", "/next?protocol=1")
            except OSError:
                return
            if status == 204:
                continue
            if status != 200:
                return
            yield Run(work)

    def finish(self, run, result):
        """Posts a result; that of a run which was cut is ignored."""
        self._connection.call("POST", f"/runs/{run.number}/result", result)
