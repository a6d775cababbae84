"""Keeps a copy of each ConfigMap that has the label copy: "yes"; what it wrote last, it remembers."""
import json
import urllib.error
import urllib.request

from kverify_host import serve

#: What this process wrote, by name: who finds it here saves a call.
written = {}


def call(method, url, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "User-Agent": "copier"}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method)) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None
        raise RuntimeError(f"{method}: {error.code}") from None


def reconcile(request):
    path = f"/api/v1/namespaces/{request.namespace}/configmaps"
    cache, server = request.run.cached_api_server + path, request.run.api_server + path
    source = call("GET", f"{cache}/{request.name}")
    if source is None:
        written.pop(request.name, None)
        return
    name = request.name + "-copy"
    if call("GET", f"{cache}/{name}") is None:
        written.pop(request.name, None)
    if written.get(request.name) == source["data"]:
        return
    copy = call("GET", f"{server}/{name}")
    if copy is None:
        owner = {"apiVersion": "v1", "kind": "ConfigMap", "name": request.name,
                 "uid": source["metadata"]["uid"], "controller": True}
        call("POST", server, {"metadata": {"name": name, "ownerReferences": [owner]},
                              "data": source["data"]})
    elif copy["data"] != source["data"]:
        call("PUT", f"{server}/{name}", copy | {"data": source["data"]})
    written[request.name] = source["data"]


serve(reconcile, memory_hash=lambda: written)
