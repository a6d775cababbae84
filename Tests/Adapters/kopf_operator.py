"""A kopf operator that uses a bit of everything: handlers, fields, retries, timers, daemons, indices."""
import uuid

import kopf
from kubernetes import client


@kopf.index("configmaps", labels={"role": "member"})
def members(name, **_):
    return {"all": name}


@kopf.on.create("widgets.example.com")
def created(name, namespace, retry, patch, **_):
    if retry == 0:
        raise kopf.TemporaryError("not yet", delay=10)
    part = {"metadata": {"name": f"{name}-{str(uuid.uuid4())[:8]}", "labels": {"of": name}}}
    kopf.adopt(part)
    client.CoreV1Api().create_namespaced_config_map(namespace, part)
    patch.status["phase"] = "made"


@kopf.on.update("widgets.example.com", field="spec.size")
async def resized(old, new, patch, members, **_):
    patch.status["size"] = f"{old} to {new} with {len(members.get('all', []))}"

    @kopf.subhandler(id="part")
    async def part(patch, **_):
        patch.status["part"] = "seen"


@kopf.on.delete("widgets.example.com")
async def deleted(namespace, name, **_):
    client.CoreV1Api().create_namespaced_config_map(
        namespace, {"metadata": {"name": name + "-was-here"}})


@kopf.timer("widgets.example.com", interval=60)
async def ticked(patch, **_):
    patch.status["ticked"] = True


@kopf.daemon("widgets.example.com")
async def watches(stopped, patch, **_):
    while not stopped:
        patch.status["watched"] = True
        await stopped.wait(5)


@kopf.on.event("widgets.example.com")
def seen(type, name, namespace, **_):
    if type == "DELETED":
        client.CoreV1Api().create_namespaced_config_map(
            namespace, {"metadata": {"name": name + "-is-gone"}})
