#!/usr/bin/env python3
"""A host for any command: kverify's requests on its standard input, the result by its exit status.

usage: host.py COMMAND [ARGUMENT…]

For each request the command is started with one line of JSON on its standard input,
{"apiVersion", "kind", "namespace", "name"}, and with a KUBECONFIG of this run, so that kubectl and what
else reads one works. Reads are live: kubectl has no cache.

Exit status 0 is done; 10 is requeue; 11 is requeueAfter, the seconds on the last line of standard
output. Any other is an error, and the last line of standard error its message.
"""
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request

CONFIG = """apiVersion: v1
kind: Config
clusters: [{{name: kverify, cluster: {{server: "{server}"}}}}]
users: [{{name: kverify, user: {{}}}}]
contexts: [{{name: kverify, context: {{cluster: kverify, user: kverify, namespace: "{namespace}"}}}}]
current-context: kverify
"""


def call(url, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError:
        return 0, b""


def last_line(text):
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def run(command, work):
    request = work["request"]
    # In memory: it is gone with this process, whatever ends it.
    file = os.memfd_create("kubeconfig")
    server = CONFIG.format(server=work["apiServer"], namespace=request["namespace"] or "default")
    os.write(file, server.encode())
    environment = dict(os.environ, KUBECONFIG=f"/proc/{os.getpid()}/fd/{file}", HOME="/nonexistent")
    try:
        ended = subprocess.run(
            command, input=json.dumps(request) + "\n", env=environment, text=True, capture_output=True)
    finally:
        os.close(file)
    sys.stderr.write(ended.stderr)
    sys.stderr.flush()
    if ended.returncode == 0:
        return {"result": "done"}
    if ended.returncode == 10:
        return {"result": "requeue"}
    if ended.returncode == 11:
        return {"result": "requeueAfter", "seconds": int(last_line(ended.stdout) or "1")}
    message = last_line(ended.stderr) or f"exit status {ended.returncode}"
    return {"result": "error", "message": message.replace(work["apiServer"], "")}


def main():
    host = os.environ["KVERIFY_HOST"]
    while True:
        status, text = call(host + "/next?protocol=1")
        if status == 204:
            continue
        if status != 200:
            return
        work = json.loads(text)
        call(f"{host}/runs/{work['run']}/result", run(sys.argv[1:], work))


main()
