package trunk_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"dialtone/sip/trunk"
	"dialtone/store/record"
)

// carrier is a Requester: what the other side answers, by address, and what it was asked.
type carrier struct {
	mu     sync.Mutex
	answer func(to trunk.Destination, r trunk.Request) (trunk.Response, error)
	asked  []string // "METHOD address"
	last   trunk.Request
	all    []trunk.Request
}

var errSilent = errors.New("nobody answers")

func (c *carrier) Do(_ context.Context, to trunk.Destination, r trunk.Request) (trunk.Response, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, r.Method+" "+to.Address.String())
	c.last = r
	c.all = append(c.all, r)
	return c.answer(to, r)
}

func (c *carrier) set(answer func(to trunk.Destination, r trunk.Request) (trunk.Response, error)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answer = answer
}

// count is how many requests there have been, and forgets them.
func (c *carrier) count(request string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, a := range c.asked {
		if a == request {
			n++
		}
	}
	c.asked = nil
	return n
}

func status(code int, headers ...trunk.Header) func(trunk.Destination, trunk.Request) (trunk.Response, error) {
	return func(trunk.Destination, trunk.Request) (trunk.Response, error) {
		return trunk.Response{Status: code, Reason: fmt.Sprint("Reason ", code), Headers: headers}, nil
	}
}

func silence(trunk.Destination, trunk.Request) (trunk.Response, error) {
	return trunk.Response{}, errSilent
}

func provider(id record.ID, edit func(*record.Trunk), hosts ...string) *record.ProviderAccount {
	p := record.NewProviderAccount()
	p.ID, p.Account, p.Name, p.Revision = id, "acct_1", string(id), 1
	p.Trunk.Hosts, p.Trunk.Transport, p.Trunk.Authentication = hosts, record.TransportUDP, record.TrunkIP
	p.Trunk.OptionsPing = false
	if edit != nil {
		edit(&p.Trunk)
	}
	return p
}

func newTrunks(c *carrier) *trunk.Trunks {
	return trunk.New(trunk.Config{
		Resolver: trunk.NewResolver(trunk.ResolverConfig{Servers: []string{}}), Requester: c,
		Password: func(*record.ProviderAccount) (string, error) { return "secret", nil },
	})
}

// serving runs fn in a bubble with Serve going, and ends it.
func serving(t *testing.T, c *carrier, fn func(t *testing.T, trunks *trunk.Trunks)) {
	synctest.Test(t, func(t *testing.T) {
		trunks := newTrunks(c)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- trunks.Serve(ctx) }()
		fn(t, trunks)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func after(d time.Duration) {
	time.Sleep(d) // in a bubble
	synctest.Wait()
}

func state(t *testing.T, trunks *trunk.Trunks, id record.ID) trunk.Status {
	t.Helper()
	s, ok := trunks.Status(id)
	if !ok {
		t.Fatalf("no status of %s", id)
	}
	return s
}
