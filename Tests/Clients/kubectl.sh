#!/usr/bin/env bash
# What a person does with kubectl, on a server of scenario.yaml; the output is kubectl.expected.
# usage: kubectl.sh KUBECTL KUBECONFIG
set -u
kubectl=$1
export KUBECONFIG=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export HOME=$scratch
k() { # k ARGUMENTS…: what kubectl writes, and its exit code where that is not 0
  echo "\$ kubectl $*"
  "$kubectl" "$@" 2>&1
  local code=$?
  [ $code -eq 0 ] || echo "exit $code"
}
deployment() { # deployment REPLICAS IMAGE
  cat <<EOF
apiVersion: apps/v1
kind: Deployment
metadata: {name: api, namespace: default}
spec:
  replicas: $1
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec:
      containers: [{name: c, image: "$2", ports: [{containerPort: 80}]}]
      volumes: [{name: v, emptyDir: {}}]
EOF
}
configmap() { printf '%s\n' 'apiVersion: v1' 'kind: ConfigMap' "metadata: {name: $1}"; }
thing() {
  printf '%s\n' 'apiVersion: example.com/v1' 'kind: Thing' 'metadata: {name: a}' "spec: {size: $1}"
}

k api-resources --api-group=apps -o name
k get all -o name
k get deployments web | awk '{print $1, $2, $3, $4}'
k get pods lonely | awk '{print $1, $2, $3, $4}'

deployment 2 i:1 | k apply -f -
deployment 2 i:1 | k apply -f -
deployment 3 i:2 | k apply -f -
k get deployment api -o 'jsonpath={.spec.replicas} {.spec.template.spec.containers[0].image}{"\n"}'
deployment 4 i:3 | k apply --dry-run=server -f -
deployment 4 i:3 | sed 's/replicas/replica/' | k apply -f - | grep -o 'unknown field "[^"]*"'
deployment 5 i:2 | k apply --server-side -f - >"$scratch/conflict"
grep -q 'conflict' "$scratch/conflict" && echo "conflict"
deployment 5 i:2 | k apply --server-side --force-conflicts -f -
k patch deployment api -p '{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"i:4"}]}}}}'
k patch deployment api --type=merge -p '{"metadata":{"annotations":{"a":"b"}}}'
k patch deployment api --type=json -p '[{"op":"replace","path":"/spec/replicas","value":6}]'
k get deployment api -o 'jsonpath={.spec.replicas} {.spec.template.spec.containers[0].image}{"\n"}'
k label deployment api tier=x
k label deployment api tier=y
k label --overwrite deployment api tier=y
k annotate deployment api note=z
k get deployments -l tier=y -o name
k get deployments --field-selector metadata.name=web -o name
k scale deployment api --replicas=7
k scale deployment api --replicas=8 --current-replicas=2
k explain deployment.spec.strategy.rollingUpdate | grep -o 'max[A-Za-z]*'

timeout 6 "$kubectl" get configmaps -w -o name >"$scratch/watched" 2>/dev/null &
sleep 1.5
configmap a | k apply -f -
k label configmap a l=m
k delete configmap a
wait
echo "watched: $(sort "$scratch/watched" | uniq -c | awk '{print $2, $1}' | tr '\n' ' ')"
for name in a b c; do configmap $name | k apply -f -; done
k get configmaps --chunk-size=1 -o name
k delete configmap a b c
k delete configmap a

cat >"$scratch/eviction.json" <<'EOF'
{"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "lonely", "namespace": "default"}}
EOF
# A raw path is not put behind the server's.
token=$(grep -o '[0-9a-f]\{32\}' "$KUBECONFIG")
k create --raw "/$token/api/v1/namespaces/default/pods/lonely/eviction" \
  -f "$scratch/eviction.json" | grep -o '"status":"Success"'
k get pod lonely

k wait --for=condition=established crd/things.example.com --timeout=5s
thing 3 | k apply -f -
thing 0 | k apply -f - | grep -o 'spec.size: Invalid value: .*'
k get things | awk '{print $1, $2, $3}'
k scale thing a --replicas=4
k get th a -o 'jsonpath={.spec.size}{"\n"}'
k explain thing.spec | grep -o 'What is wanted.'
k delete thing a
k delete crd things.example.com
k get things
