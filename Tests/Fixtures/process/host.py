"""A host and its controller: keeps a copy of each labelled ConfigMap. Says how to misbehave: an argument."""
import json
import os
import sys
import time
import urllib.error
import urllib.request

HOST = os.environ["KVERIFY_HOST"]
MODE = sys.argv[1] if len(sys.argv) > 1 else "good"


def call(method, url, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        url, data, {"Content-Type": "application/json", "User-Agent": "copier/1"}, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null")


def reconcile(api, namespace, name):
    path = f"{api}/api/v1/namespaces/{namespace}/configmaps"
    status, found = call("GET", f"{path}/{name}")
    if status == 404:
        return {"result": "done"}
    if status != 200:
        return {"result": "error", "message": found["reason"]}
    status, copy = call("GET", f"{path}/{name}-copy")
    if status == 404:
        copy = {"metadata": {"name": name + "-copy"}, "data": found["data"]}
        status, answer = call("POST", path, copy)
    elif copy["data"] == found["data"]:
        return {"result": "done"}
    else:
        copy["data"] = found["data"]
        status, answer = call("PUT", f"{path}/{name}-copy", copy)
    if status in (200, 201):
        return {"result": "done"}
    return {"result": "error", "message": answer["reason"]}


def main():
    if MODE == "hang":
        print("pid", os.getpid(), flush=True)
    runs = 0
    while True:
        status, work = call("GET", HOST + "/next")
        if status == 204:
            continue
        if status != 200:
            break
        runs += 1
        if MODE == "hang":
            time.sleep(1000)
        if MODE == "die" and runs == 3:
            print("that was too much", flush=True)
            os._exit(5)
        request = work["request"]
        if MODE == "random" and runs % 2 == 0:
            call("GET", work["apiServer"] + "/api/v1/nodes")
        result = reconcile(work["apiServer"], request["namespace"], request["name"])
        call("POST", f"{HOST}/runs/{work['run']}/result", result)


main()
