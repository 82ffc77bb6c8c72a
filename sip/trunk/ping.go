package trunk

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// pingTimeout is how long OPTIONS may take: five retransmissions over UDP.
const pingTimeout = 8 * time.Second

// maxPings bounds the OPTIONS of one trunk under way.
const maxPings = 8

// ping asks every address of a trunk whether it is alive, again and again.
func (t *Trunks) ping(ctx context.Context, a *account) {
	select {
	case <-ctx.Done():
		return
	case <-a.looked:
	}
	interval := time.Duration(a.record.Trunk.OptionsInterval) * time.Second
	for {
		t.pingAll(ctx, a)
		if !sleep(ctx, within(interval, 90, 110)) {
			return
		}
	}
}

func (t *Trunks) pingAll(ctx context.Context, a *account) {
	var wg sync.WaitGroup
	defer wg.Wait()
	room := make(chan struct{}, maxPings)
	for _, d := range a.destinations(time.Now()) {
		room <- struct{}{}
		wg.Go(func() {
			defer func() { <-room }()
			defer recovered(t.log)
			t.pingOne(ctx, a, d)
		})
	}
}

func (t *Trunks) pingOne(ctx context.Context, a *account, d Destination) {
	inner, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	target := "sip:" + d.Host
	request := Request{Method: "OPTIONS", Target: target, To: target}
	if a.record.Trunk.Username != "" || a.record.Trunk.FromDomain != "" {
		request.From = "sip:" + a.aor()
		if a.record.Trunk.Username == "" {
			request.From = "sip:" + uriHost(a.record.Trunk.FromDomain)
		}
	}
	response, err := t.requester.Do(inner, d, request)
	if ctx.Err() != nil {
		return
	}
	var changed bool
	switch now := time.Now(); {
	case err != nil:
		t.metrics.silent.Inc()
		changed = a.health.missed(d.Address, unanswered("OPTIONS", err), now)
		if changed {
			t.log.Info("trunk's address is down", "trunk", a.record.ID, "address", d.Address, "err", err)
		}
	case response.Status >= 500:
		t.metrics.silent.Inc()
		changed = a.health.missed(d.Address, fmt.Sprintf("OPTIONS answered %d %s", response.Status, response.Reason), now)
	default:
		t.metrics.alive.Inc()
		changed = a.health.answered(d.Address, now)
	}
	if changed {
		a.note(t.log, time.Now())
	}
}
