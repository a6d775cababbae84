"""The hooks of service-per-pod: a Service for each Pod of a StatefulSet."""

import json
import os
from http.server import BaseHTTPRequestHandler, HTTPServer


def services(stateful_set):
    annotations = stateful_set["metadata"]["annotations"]
    ports = [port.split(":") for port in annotations["service-per-pod-ports"].split(",")]
    for index in range(stateful_set["spec"]["replicas"]):
        name = "%s-%d" % (stateful_set["metadata"]["name"], index)
        yield {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": name, "labels": {"app": "service-per-pod"}},
            "spec": {
                "selector": {annotations["service-per-pod-label"]: name},
                "ports": [{"name": "port-" + a, "port": int(a), "targetPort": int(b)} for a, b in ports],
            },
        }


def sync(request):
    return {"attachments": list(services(request["object"]))}


def finalize(request):
    # All attachments go; it is over once none is observed.
    return {"attachments": [], "finalized": len(request["attachments"]["Service.v1"]) == 0}


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
