import json, os, signal, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

mode, calls = sys.argv[1], 0


class Hooks(BaseHTTPRequestHandler):
    def do_POST(self):
        global calls
        calls += 1
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if mode == "dies" and calls > 4:
            print("that was too much", flush=True)
            os._exit(5)
        if mode == "hangs":
            signal.pause()
        parent, children = request["parent"], request["children"]["ConfigMap.v1"]
        value = str(calls) if mode == "random" else parent["spec"]["value"]
        names = [] if self.path == "/finalize" else ["left", "right"]
        answer = {
            "status": {"children": len(children)},
            "children": [
                {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"value": value}}
                for name in names
            ],
            "finalized": self.path == "/finalize" and not children,
        }
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *arguments):
        pass


HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Hooks).serve_forever()
