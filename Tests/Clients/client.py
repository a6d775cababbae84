"""What a program does with the official client, on a server of scenario.yaml.

usage: client.py KUBECONFIG; the output is client.expected.
"""
import sys
import threading
import time

from kubernetes import client, config, dynamic, watch
from kubernetes.client.rest import ApiException

config.load_kube_config(sys.argv[1])
core, apps, custom = client.CoreV1Api(), client.AppsV1Api(), client.CustomObjectsApi()


def refused(call):
    try:
        call()
    except ApiException as error:
        print("refused", error.status, error.reason)


print("version", client.VersionApi().get_code().minor)
print("groups", len(client.ApisApi().get_api_versions().groups) > 10)

made = core.create_namespaced_config_map(
    "default",
    client.V1ConfigMap(metadata=client.V1ObjectMeta(name="py"), data={"x": "1"}))
print("created", made.metadata.name, made.data, made.metadata.uid is not None)
refused(lambda: core.create_namespaced_config_map(
    "default", client.V1ConfigMap(metadata=client.V1ObjectMeta(name="py"))))
made.data = {"x": "2"}
replaced = core.replace_namespaced_config_map("py", "default", made)
print("replaced", replaced.data)
refused(lambda: core.replace_namespaced_config_map("py", "default", made))
print("labelled", core.patch_namespaced_config_map(
    "py", "default", {"metadata": {"labels": {"l": "1"}}}).metadata.labels)
print("listed", [item.metadata.name for item in core.list_namespaced_config_map(
    "default", label_selector="l=1").items])
page = core.list_namespaced_config_map("default", limit=1)
rest = core.list_namespaced_config_map("default", limit=1, _continue=page.metadata._continue)
print("paged", page.items[0].metadata.name, rest.items[0].metadata.name)
refused(lambda: core.read_namespaced_config_map("nobody", "default"))


def later():
    time.sleep(0.5)
    core.patch_namespaced_config_map("py", "default", {"data": {"x": "3"}})
    core.delete_namespaced_config_map("py", "default")


thread = threading.Thread(target=later)
thread.start()
listed = core.list_namespaced_config_map("default")
for event in watch.Watch().stream(
        core.list_namespaced_config_map, "default", timeout_seconds=2,
        resource_version=listed.metadata.resource_version):
    print("watched", event["type"], event["object"].metadata.name)
thread.join()

print("scale", apps.read_namespaced_deployment_scale("web", "default").spec.replicas)
print("scaled", apps.patch_namespaced_deployment_scale(
    "web", "default", {"spec": {"replicas": 4}}).spec.replicas)
print("status", apps.patch_namespaced_deployment_status(
    "web", "default", {"status": {"replicas": 4}}).status.replicas)

thing = {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "py"},
         "spec": {}}
place = ("example.com", "v1", "default", "things")
print("thing", custom.create_namespaced_custom_object(*place, thing)["spec"])
print("status", custom.patch_namespaced_custom_object_status(
    *place, "py", {"status": {"phase": "Ready"}})["status"])
refused(lambda: custom.patch_namespaced_custom_object(*place, "py", {"spec": {"size": 0}}))
custom.delete_namespaced_custom_object(*place, "py")

resources = dynamic.DynamicClient(client.ApiClient()).resources
deployments = resources.get(api_version="apps/v1", kind="Deployment")
print("dynamic", deployments.get(name="web", namespace="default").spec.replicas)

lease = client.V1Lease(
    metadata=client.V1ObjectMeta(name="py"), spec=client.V1LeaseSpec(holder_identity="me"))
print("lease", client.CoordinationV1Api().create_namespaced_lease(
    "default", lease).spec.holder_identity)
core.create_namespaced_event("default", client.CoreV1Event(
    metadata=client.V1ObjectMeta(name="py"), reason="Started", type="Normal",
    involved_object=client.V1ObjectReference(kind="Deployment", name="web", namespace="default")))
print("events", [event.reason for event in core.list_event_for_all_namespaces().items])
