"""The sync hook of rings: as many Pods as a ring has members."""

import json
import os
from http.server import BaseHTTPRequestHandler, HTTPServer


def pod(ring, number):
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": "%s-%d" % (ring["metadata"]["name"], number),
            "labels": ring["spec"]["selector"]["matchLabels"],
        },
        "spec": {"containers": [{"name": "member", "image": ring["spec"]["image"]}]},
    }


def sync(ring, children):
    pods = children["Pod.v1"]
    return {
        "status": {"members": len(pods)},
        "children": [pod(ring, number) for number in range(ring["spec"]["members"])],
    }


class Hooks(BaseHTTPRequestHandler):
    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps(sync(request["parent"], request["children"])).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


HTTPServer(("127.0.0.1", int(os.environ.get("PORT", "80"))), Hooks).serve_forever()
