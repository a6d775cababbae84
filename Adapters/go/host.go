// Package host lets kverify run reconcilers in Go, unchanged (Adapters/PROTOCOL.md). It needs nothing but
// the standard library.
package host

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// Request names the object to reconcile and where the API server of this run is.
type Request struct {
	// Controller is the controller's name in the scenario.
	Controller string
	APIVersion string
	Kind       string
	// Namespace is empty for objects without one.
	Namespace string
	Name      string
	// APIServer is the base URL of this run's API server.
	APIServer string
	// CachedAPIServer answers reads from the controller's cache, as a manager's client does.
	CachedAPIServer string
}

// Result is how a reconcile ended; the same as controller-runtime's.
type Result struct {
	Requeue      bool
	RequeueAfter time.Duration
}

// MemoryHash, where it is set, returns a text for all that the process keeps in memory from one reconcile
// to the next: the same text, the same behaviour from then on. For scenarios with `memory: kept`.
var MemoryHash func() string

// Reconcile is a reconciler. Its client is made anew for each request.
type Reconcile func(context.Context, Request) (Result, error)

type work struct {
	Run             string `json:"run"`
	Controller      string `json:"controller"`
	APIServer       string `json:"apiServer"`
	CachedAPIServer string `json:"cachedApiServer"`
	Request         struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
		Namespace  string `json:"namespace"`
		Name       string `json:"name"`
	} `json:"request"`
}

type outcome struct {
	Result  string `json:"result"`
	Seconds int64  `json:"seconds,omitempty"`
	Message string `json:"message,omitempty"`
	Memory  string `json:"memoryHash,omitempty"`
}

// Serve answers kverify with a reconciler until kverify is done.
func Serve(reconcile Reconcile) error {
	base := os.Getenv("KVERIFY_HOST")
	if base == "" {
		return errors.New("KVERIFY_HOST is not set: kverify starts this, see Adapters/PROTOCOL.md")
	}
	client := &http.Client{}
	for {
		next, more := take(client, base)
		if !more {
			return nil
		}
		if next == nil {
			continue
		}
		ended := run(reconcile, next)
		if MemoryHash != nil {
			ended.Memory = MemoryHash()
		}
		if err := post(client, base+"/runs/"+next.Run+"/result", ended); err != nil {
			return nil
		}
	}
}

// take asks for work; nothing where there was none, and false where kverify is done.
func take(client *http.Client, base string) (*work, bool) {
	answer, err := client.Get(base + "/next?protocol=1")
	if err != nil {
		return nil, false
	}
	defer answer.Body.Close()
	switch answer.StatusCode {
	case http.StatusNoContent:
		return nil, true
	case http.StatusOK:
		next := &work{}
		return next, json.NewDecoder(answer.Body).Decode(next) == nil
	default:
		return nil, false
	}
}

// run calls the reconciler. A panic is an error of the reconcile, as in controller-runtime.
func run(reconcile Reconcile, next *work) (ended outcome) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	defer func() {
		if caught := recover(); caught != nil {
			ended = outcome{Result: "error", Message: fmt.Sprintf("panic: %v", caught)}
		}
	}()
	result, err := reconcile(ctx, Request{
		Controller: next.Controller, APIVersion: next.Request.APIVersion, Kind: next.Request.Kind,
		Namespace: next.Request.Namespace, Name: next.Request.Name,
		APIServer: next.APIServer, CachedAPIServer: next.CachedAPIServer,
	})
	switch {
	case err != nil:
		return outcome{Result: "error", Message: err.Error()}
	case result.RequeueAfter > 0:
		seconds := int64((result.RequeueAfter + time.Second - 1) / time.Second)
		return outcome{Result: "requeueAfter", Seconds: seconds}
	case result.Requeue:
		return outcome{Result: "requeue"}
	default:
		return outcome{Result: "done"}
	}
}

func post(client *http.Client, url string, body interface{}) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	answer, err := client.Post(url, "application/json", bytes.NewReader(text))
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}
