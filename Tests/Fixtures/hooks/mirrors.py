"""Hooks of a decorator: a Secret beside each ConfigMap, with the data of the Secret that it names."""

import json, os
from http.server import BaseHTTPRequestHandler, HTTPServer


def customize(request):
    name = request["parent"]["data"]["source"]
    return {"relatedResources": [{"apiVersion": "v1", "resource": "secrets", "names": [name]}]}


def sync(request):
    config, sources = request["object"], request["related"]["Secret.v1"]
    name = config["metadata"]["name"] + "-copy"
    copies = [
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "data": source["data"]}
        for source in sources.values()
    ]
    return {"annotations": {"mirrored": str(len(request["attachments"]["Secret.v1"]))}, "attachments": copies}


def finalize(request):
    return {"attachments": [], "finalized": not request["attachments"]["Secret.v1"]}


class Hooks(BaseHTTPRequestHandler):
    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = {"/customize": customize, "/sync": sync, "/finalize": finalize}[self.path](request)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *arguments):
        pass


HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Hooks).serve_forever()
