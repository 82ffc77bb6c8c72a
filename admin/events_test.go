package admin

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"dialtone/store/record"
)

// watcher reads a stream of events.
type watcher struct {
	t     *testing.T
	lines *bufio.Scanner
	resp  *http.Response
}

func (w *world) watch(base, key, query string) *watcher {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, base+"/v1/events"+query, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+key)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { resp.Body.Close() })
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" {
		w.t.Fatalf("stream answers %d, %s", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	return &watcher{w.t, bufio.NewScanner(resp.Body), resp}
}

// next is the next event; "" at the end of the stream.
func (w *watcher) next() (kind, data string) {
	for w.lines.Scan() {
		field, value, _ := strings.Cut(w.lines.Text(), ": ")
		switch field {
		case "event":
			kind = value
		case "data":
			data = value
		case "":
			if kind != "" {
				return kind, data
			}
		}
	}
	return "", ""
}

func (w *watcher) want(kind, part string) {
	w.t.Helper()
	if got, data := w.next(); got != kind || !strings.Contains(data, part) {
		w.t.Fatalf("event %s %s, want %s with %s", got, data, kind, part)
	}
}

func TestEvents(t *testing.T) {
	w := newWorld(t)
	other := w.newAccount("Other")
	hub := &Hub{}
	w.server.Events = hub
	w.fakes.calls = []ActiveCall{{ID: "call_1", State: CallRinging}}
	srv := httptest.NewServer(w.server.Handler())
	t.Cleanup(srv.Close)
	stream := w.watch(srv.URL, w.newKey(w.account, "read"), "")
	stream.want("snapshot", `"id":"call_1"`)
	hub.Publish(other, Event{"call.ended", fieldsOf{"id": "theirs"}})
	hub.Publish(w.account, Event{"call.ended", fieldsOf{"id": "call_1\n\ndata: x"}})
	stream.want("call.ended", `{"id":"call_1\n\ndata: x"}`)
	platform := w.watch(srv.URL, w.root, "?account="+string(other))
	platform.want("snapshot", `"registrations":0`)
	hub.Close()
	stream.want("", "")
	platform.want("", "")
}

func TestEventsRefused(t *testing.T) {
	w := newWorld(t)
	other := w.newAccount("Other")
	w.get("/v1/events").want(422)
	w.get("/v1/events?account=acct_x").want(http.StatusNotFound)
	w.send(w.newKey(w.account, "read"), http.MethodGet, "/v1/events?account="+string(other), nil).want(http.StatusNotFound)
	w.send(w.root, http.MethodHead, "/v1/events?account="+string(other), nil).want(http.StatusOK)
	if got := w.get(w.at("/audit_entries?outcome=denied")).want(http.StatusOK); !strings.Contains(got.raw, "event.watch") {
		if got = w.untilDenied(); !strings.Contains(got.raw, "event.watch") {
			t.Errorf("the denial is not in the log: %s", got.raw)
		}
	}
}

// untilDenied closes the store, which writes what waits, and reads the log.
func (w *world) untilDenied() *got {
	w.t.Helper()
	w.restart()
	return w.get(w.at("/audit_entries?outcome=denied")).want(http.StatusOK)
}

// A stopped server ends its streams.
func TestEventsEndWithServer(t *testing.T) {
	w := newWorld(t)
	w.server.Events, w.server.Addr = &Hub{}, "127.0.0.1:0"
	w.server.Drain = 1 << 40
	ctx, stop := context.WithCancel(t.Context())
	if err := w.server.Listen(ctx); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- w.server.Serve(ctx) }()
	stream := w.watch("http://"+w.server.Address().String(), w.root, "?account="+string(w.account))
	stream.want("snapshot", "")
	stop()
	stream.want("", "")
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// Nobody waits for a slow subscriber: he is let go.
func TestHub(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub := &Hub{}
		ctx, cancel := context.WithCancel(t.Context())
		slow, gone := hub.Subscribe(t.Context(), "a"), hub.Subscribe(ctx, "a")
		if !hub.Watched("a") || hub.Watched("b") {
			t.Error("the wrong account is watched")
		}
		cancel()
		synctest.Wait()
		if _, more := <-gone; more {
			t.Error("an event after the end of the context")
		}
		for range maxWaitingEvents + 1 {
			hub.Publish("a", Event{Type: "x"})
		}
		n := 0
		for range slow {
			n++
		}
		if n != maxWaitingEvents || hub.count != 0 || len(hub.subscribers) != 0 {
			t.Errorf("%d events, %d subscribers left", n, hub.count)
		}
		for range maxAccountSubscribers {
			hub.Subscribe(t.Context(), "a")
		}
		if _, more := <-hub.Subscribe(t.Context(), "a"); more {
			t.Error("one subscriber too many is served")
		}
		hub.Subscribe(t.Context(), record.ID("b"))
		hub.Close()
		hub.Publish("b", Event{Type: "x"})
		if hub.count != 0 {
			t.Errorf("%d subscribers of a closed hub", hub.count)
		}
	})
}
