// A reconciler of ConfigMaps on net/http alone: each one with the label copy=yes gets a copy.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"reflect"
	"time"

	host "kverify.dev/host"
)

type configMap struct {
	APIVersion string            `json:"apiVersion"`
	Kind       string            `json:"kind"`
	Metadata   map[string]any    `json:"metadata"`
	Data       map[string]string `json:"data,omitempty"`
}

func call(ctx context.Context, method, url string, body, into any) (int, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return 0, err
	}
	request, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(text))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "copier/1")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	return answer.StatusCode, json.NewDecoder(answer.Body).Decode(into)
}

func reconcile(ctx context.Context, request host.Request) (host.Result, error) {
	path := "/api/v1/namespaces/" + request.Namespace + "/configmaps"
	var found, copied configMap
	status, err := call(ctx, "GET", request.CachedAPIServer+path+"/"+request.Name, nil, &found)
	if err != nil || status == http.StatusNotFound {
		return host.Result{}, err
	}
	name := request.Name + "-copy"
	status, err = call(ctx, "GET", request.CachedAPIServer+path+"/"+name, nil, &copied)
	if err != nil {
		return host.Result{}, err
	}
	method, url := "PUT", request.APIServer+path+"/"+name
	switch {
	case status == http.StatusNotFound:
		method, url = "POST", request.APIServer+path
		copied = configMap{APIVersion: "v1", Kind: "ConfigMap", Metadata: map[string]any{"name": name}}
	case reflect.DeepEqual(copied.Data, found.Data):
		return host.Result{RequeueAfter: time.Minute}, nil
	}
	copied.Data = found.Data
	var answer map[string]any
	status, err = call(ctx, method, url, copied, &answer)
	if err == nil && status >= 300 {
		err = fmt.Errorf("%s: %v", method, answer["reason"])
	}
	return host.Result{}, err
}

func main() {
	log.Fatal(host.Serve(reconcile))
}
