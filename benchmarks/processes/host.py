"""A host: its controller copies data.wanted of a ConfigMap to data.seen, and does nothing where it is there."""
import http.client
import json
import os
import urllib.parse

HOST = urllib.parse.urlsplit(os.environ["KVERIFY_HOST"])
CONNECTION = http.client.HTTPConnection(HOST.hostname, HOST.port)


def call(method, path, body=None):
    CONNECTION.request(
        method, path, None if body is None else json.dumps(body),
        {"Content-Type": "application/json", "User-Agent": "marker/1"})
    answer = CONNECTION.getresponse()
    text = answer.read()
    return answer.status, json.loads(text) if text else None


def reconcile(api, namespace, name):
    path = f"{api}/api/v1/namespaces/{namespace}/configmaps/{name}"
    status, found = call("GET", path)
    if status != 200 or found["data"].get("seen") == found["data"]["wanted"]:
        return {"result": "done"}
    found["data"]["seen"] = found["data"]["wanted"]
    status, answer = call("PUT", path, found)
    return {"result": "done"} if status == 200 else {"result": "error", "message": answer["reason"]}


while True:
    status, work = call("GET", HOST.path + "/next")
    if status == 204:
        continue
    if status != 200:
        break
    request = work["request"]
    api = urllib.parse.urlsplit(work["apiServer"]).path
    result = reconcile(api, request["namespace"], request["name"])
    call("POST", f"{HOST.path}/runs/{work['run']}/result", result)
