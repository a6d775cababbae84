"""A plain reconcile function with the official client: keeps a copy of each labelled ConfigMap."""
from kverify_host import serve
from kubernetes import client


def reconcile(request):
    api = client.CoreV1Api()
    try:
        found = api.read_namespaced_config_map(request.name, request.namespace)
    except client.ApiException as error:
        if error.status == 404:
            return
        raise
    name = request.name + "-copy"
    try:
        copy = api.read_namespaced_config_map(name, request.namespace)
    except client.ApiException as error:
        if error.status != 404:
            raise
        copy = client.V1ConfigMap(metadata=client.V1ObjectMeta(name=name), data=found.data)
        api.create_namespaced_config_map(request.namespace, copy)
        return
    if copy.data != found.data:
        copy.data = found.data
        api.replace_namespaced_config_map(name, request.namespace, copy)


serve(reconcile)
