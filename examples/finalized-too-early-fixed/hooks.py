"""The hooks of service-per-pod: a Service for each Pod of a StatefulSet."""

import json
import os
from http.server import BaseHTTPRequestHandler, HTTPServer


def services(stateful_set):
    annotations = stateful_set["metadata"]["annotations"]
    # The label is gone from the annotations of one that is decorated no more.
    label = annotations.get("service-per-pod-label", "statefulset.kubernetes.io/pod-name")
    ports = [port.split(":") for port in annotations["service-per-pod-ports"].split(",")]
    for index in range(stateful_set["spec"]["replicas"]):
        name = "%s-%d" % (stateful_set["metadata"]["name"], index)
        yield {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": name, "labels": {"app": "service-per-pod"}},
            "spec": {
                "selector": {label: name},
                "ports": [{"name": "port-" + a, "port": int(a), "targetPort": int(b)} for a, b in ports],
            },
        }


SEEN = "service-per-pod-seen"


def make(request):
    """Makes the Services, after a write of the object itself.

    Metacontroller writes annotations before attachments, and ends the sync where somebody else wrote the
    object meanwhile: nothing is made on the word of a stale object. The write has to change something.
    """
    last = request["object"]["metadata"]["annotations"].get(SEEN)
    return {
        "annotations": {SEEN: "again" if last == "no" else "no"},
        "attachments": list(services(request["object"])),
        "finalized": False,
    }


def are_seen(request):
    wanted = [service["metadata"]["name"] for service in services(request["object"])]
    return all(name in request["attachments"]["Service.v1"] for name in wanted)


def sync(request):
    if not are_seen(request):
        return make(request)
    return {"annotations": {SEEN: "yes"}, "attachments": list(services(request["object"]))}


def finalize(request):
    remembered = request["object"]["metadata"]["annotations"].get(SEEN)
    if remembered in ("no", "again") and not are_seen(request):
        # A Service may have been made and not be seen yet. Made once more, it will be.
        return make(request)
    # Nothing is there that was not seen, so what is not observed is gone.
    observed = request["attachments"]["Service.v1"]
    return {
        "annotations": {SEEN: "yes" if observed else None},
        "attachments": [],
        "finalized": not observed,
    }


class Hooks(BaseHTTPRequestHandler):
    hooks = {"/sync-service-per-pod": sync, "/finalize-service-per-pod": finalize}

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps(self.hooks[self.path](request)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


HTTPServer(("127.0.0.1", int(os.environ.get("PORT", "80"))), Hooks).serve_forever()
