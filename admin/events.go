package admin

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"dialtone/store"
	"dialtone/store/record"
)

// How often a stream without events shows that it is alive, how long a client may take
// to read one event, and when it shall come back once the stream has ended.
const (
	heartbeatEvery = 20 * time.Second
	eventWrite     = 30 * time.Second
	eventRetry     = 2 * time.Second
)

// eventSnapshot is the first event of a stream.
const eventSnapshot = "snapshot"

// snapshot is the state that the events after it change.
type snapshot struct {
	ActiveCalls      []ActiveCall    `json:"active_calls"`
	ParkedCalls      []ParkedCall    `json:"parked_calls"`
	CallQueues       []QueueState    `json:"call_queues"`
	ProviderAccounts []providerState `json:"provider_accounts"`
	Registrations    int             `json:"registrations"`
}

// providerState is one trunk's.
type providerState struct {
	ID        record.ID  `json:"id"`
	Status    string     `json:"status"`
	Reason    string     `json:"status_reason"`
	CheckedAt *time.Time `json:"status_checked_at"`
}

func eventOperations() []*operation {
	return []*operation{{
		method: http.MethodGet, path: "/v1/events", event: "event.watch", scope: record.ScopeRead,
		summary: "Streams what happens in the account as server-sent events: a snapshot (active_calls, parked_calls, call_queues, provider_accounts, number of registrations), then every change. When the stream ends, a client connects again and gets a new snapshot.",
		query:   []parameter{{name: "account", doc: "The account; may be left out with a key of the account."}},
		media:   "text/event-stream", endless: true, status: http.StatusOK, handle: handleWatch,
	}}
}

func handleWatch(c *call) (*answer, error) {
	q := c.query()
	account := record.ID(q.text("account"))
	if account == "" && c.platform() {
		q.problems.Add("account", record.CodeRequired, "must be given with a platform key")
	}
	if err := q.err(); err != nil {
		return nil, err
	}
	if account != "" {
		if err := c.enter(account); err != nil {
			return nil, err
		}
	}
	return &answer{
		status: http.StatusOK,
		header: map[string]string{"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"},
		stream: c.watch,
	}, nil
}

// watch writes events until the client is gone, it is too slow, its key or session is
// revoked, or the server stops.
func (c *call) watch(w io.Writer) error {
	if c.r.Method == http.MethodHead {
		return nil
	}
	ctx, cancel := context.WithCancel(c.r.Context())
	defer cancel()
	events := c.server.Events.Subscribe(ctx, c.account) // before the snapshot: nothing falls between
	out := &eventWriter{w: w, control: http.NewResponseController(c.w), stream: store.NewToken()[:8]}
	defer out.end()
	out.begin()
	out.event(Event{eventSnapshot, c.snapshot()})
	beat := time.NewTicker(heartbeatEvery)
	defer beat.Stop()
	for out.err == nil {
		select {
		case e, more := <-events:
			if !more {
				return nil
			}
			out.event(e)
		case <-beat.C:
			if !c.stillAllowed() {
				return nil
			}
			out.heartbeat()
		case <-c.server.stopping:
			return nil
		}
	}
	return nil // the client is gone, which is how every stream ends
}

// stillAllowed says whether the key still opens the stream.
func (c *call) stillAllowed() (allowed bool) {
	if c.person != nil {
		now := c.server.personOf(c.person.token)
		return now != nil && now.may(c.op) && (now.administrator || now.account == c.account) && c.server.hasAccount(c.account)
	}
	c.view(func(v *store.View) {
		key, there := v.APIKey(c.key.Digest)
		_, account := v.Account(c.account)
		allowed = there && account && key.Allows(record.ScopeRead)
	})
	return allowed
}

func (c *call) snapshot() snapshot {
	s := snapshot{}
	if c.server.Calls != nil {
		s.ActiveCalls = c.server.activeCalls(c.account)
	}
	if c.server.Parking != nil {
		s.ParkedCalls = c.server.Parking.Parked(c.account)
	}
	s.CallQueues = queueStates(c.server.Store, c.server.Queues, c.account)
	if c.server.Registrations != nil {
		s.Registrations = len(c.server.Registrations.ByAccount(c.account))
	}
	var providers []*record.ProviderAccount
	c.view(func(v *store.View) { providers = v.ProviderAccounts(c.account) })
	for _, a := range providers {
		shown := providerView{ProviderAccount: a, Status: statusWithout(a)}
		c.trunkStatus(&shown)
		s.ProviderAccounts = append(s.ProviderAccounts, providerState{a.ID, shown.Status, shown.StatusReason, shown.StatusCheckedAt})
	}
	return s
}

// eventWriter writes server-sent events (HTML Living Standard, 9.2). After an error it
// writes nothing more.
type eventWriter struct {
	w       io.Writer
	control *http.ResponseController
	stream  string // starts the identifiers
	n       uint64
	err     error
}

func (e *eventWriter) begin() { e.write(fmt.Appendf(nil, "retry: %d\n\n", eventRetry.Milliseconds())) }

// end leaves the connection as it was, for the next request.
func (e *eventWriter) end() { _ = e.control.SetWriteDeadline(time.Time{}) }

func (e *eventWriter) heartbeat() { e.write([]byte(": alive\n\n")) }

func (e *eventWriter) event(v Event) {
	data, err := encodeJSON(v.Data)
	if err != nil {
		e.err = fmt.Errorf("cannot encode event %q: %w", v.Type, err)
		return
	}
	e.n++
	b := append([]byte("id: "+e.stream+"-"+strconv.FormatUint(e.n, 10)+"\nevent: "+v.Type+"\ndata: "), bytes.TrimSpace(data)...)
	e.write(append(b, "\n\n"...))
}

func (e *eventWriter) write(b []byte) {
	if e.err != nil {
		return
	}
	_ = e.control.SetWriteDeadline(time.Now().Add(eventWrite)) // no deadlines: the server is a test's recorder
	if _, e.err = e.w.Write(b); e.err == nil {
		_ = e.control.Flush() // what cannot be flushed is sent when it may
	}
}
