"""The sync hook of crawls: one Pod for each."""

import json
import os
from http.server import BaseHTTPRequestHandler, HTTPServer


def sync(crawl, children):
    name = crawl["metadata"]["name"]
    pods = children["Pod.v1"]
    return {
        "status": {"pods": len(pods)},
        "children": [
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": name + "-browser"},
                "spec": {
                    "containers": [{"name": "browser", "image": crawl["spec"]["image"]}],
                    "tolerations": [
                        {"key": "nodeType", "operator": "Equal", "value": "crawling", "effect": "NoSchedule"},
                        # What the cluster adds to every Pod: listed here, it makes no difference.
                        {"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute"},
                    ],
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
