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


WRITTEN = {}


def remember(api, namespace, name):
    """Saves what it knows to be done."""
    data = call("GET", f"{api}/api/v1/namespaces/{namespace}/configmaps/{name}")[1].get("data")
    if WRITTEN.get(name) == data:
        return {"result": "requeueAfter", "seconds": 9} if MODE == "ticks" else {"result": "done"}
    result = reconcile(api, namespace, name)
    WRITTEN[name] = data
    return {"result": "requeueAfter", "seconds": 9} if MODE == "ticks" else result


def daemon():
    """A child that nobody is the parent of, in a session of its own."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execvp("python3", ["python3", "-c", "import time; time.sleep(1000)", *sys.argv[2:]])
        os._exit(0)
    os.wait()


def main():
    if MODE == "hang":
        print("pid", os.getpid(), flush=True)
        if len(sys.argv) > 2:
            daemon()
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
        program = remember if MODE in ("remembers", "ticks") else reconcile
        result = program(work["apiServer"], request["namespace"], request["name"])
        if os.environ.get("HASH"):
            result["memoryHash"] = json.dumps(WRITTEN)
        call("POST", f"{HOST}/runs/{work['run']}/result", result)


main()
