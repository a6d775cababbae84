"""The sync hook of HelloWorlds: a Pod that greets."""

import json
import os
from http.server import BaseHTTPRequestHandler, HTTPServer


def sync(parent, children):
    who = parent.get("spec", {}).get("who", "World")
    return {
        "status": {"pods": len(children["Pod.v1"])},
        "children": [
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": parent["metadata"]["name"]},
                "spec": {
                    "restartPolicy": "OnFailure",
                    "containers": [{"name": "hello", "image": "busybox", "command": ["echo", "Hello, %s!" % who]}],
                },
            }
        ],
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
