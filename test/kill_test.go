package test

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"dialtone/test/peer"
)

// TestKill: what was answered is there after a crash, registrations too, and the
// audit log has no hole.
func TestKill(t *testing.T) {
	t.Parallel()
	rounds := 2
	if os.Getenv("DIALTONE_SOAK") == "1" {
		rounds = 40
	}
	d := start(t, options{})
	o := newOffice(t, d)
	for _, p := range o.phones {
		phone := peer.StartPhone(t, config(t, o.url, p).account(t))
		if resp := phone.Register(t, 3600); resp.Status() != 200 {
			t.Fatalf("registration of %s: %s", p.username, resp)
		}
	}
	want := registrationsOf(t, o)
	acknowledged := map[string]bool{}
	for round := range rounds {
		for id := range writeUntilKilled(t, o, round) {
			acknowledged[id] = true
		}
		d = d.restart()
		o.d = d
		stored := map[string]bool{}
		for _, u := range d.all(t, o.path+"/users") {
			stored[u.id()] = true
		}
		for id := range acknowledged {
			if !stored[id] {
				t.Errorf("round %d: user %s was acknowledged and is gone", round, id)
			}
		}
		if got := registrationsOf(t, o); got != want {
			t.Errorf("round %d: registrations\n%s, want\n%s", round, got, want)
		}
		checkAudit(t, o, acknowledged)
	}
}

// registrationsOf are an office's registrations without what a restart may change.
func registrationsOf(t *testing.T, o *office) string {
	t.Helper()
	var text strings.Builder
	for _, r := range o.d.all(t, o.path+"/registrations") {
		fmt.Fprintln(&text, r.str("aor"), r.str("contact"), r.str("source"), r.str("device"), r.str("expires_at"))
	}
	if text.Len() == 0 {
		t.Error("nobody is registered")
	}
	return text.String()
}

// writeUntilKilled creates users from several clients at once, kills the daemon amid
// that, and returns those that were acknowledged.
func writeUntilKilled(t *testing.T, o *office, round int) map[string]bool {
	t.Helper()
	const writers, enough = 8, 150
	var (
		mu           sync.Mutex
		acknowledged = map[string]bool{}
		reached      = make(chan struct{})
		wg           sync.WaitGroup
	)
	for w := range writers {
		wg.Go(func() {
			for i := 0; ; i++ {
				a, err := o.d.try(http.MethodPost, o.path+"/users", object{
					"name": "Somebody", "email": fmt.Sprintf("r%d-w%d-%d@%s", round, w, i, o.domain),
				})
				if err != nil {
					return // killed
				}
				if a.status != http.StatusCreated {
					t.Errorf("user: %s", a)
					return
				}
				mu.Lock()
				acknowledged[a.body.id()] = true
				if len(acknowledged) == enough {
					close(reached)
				}
				mu.Unlock()
			}
		})
	}
	<-reached
	o.d.kill()
	wg.Wait()
	return acknowledged
}

// checkAudit wants consecutive numbers, linked hashes, and an entry for each user.
func checkAudit(t *testing.T, o *office, users map[string]bool) {
	t.Helper()
	entries := o.d.all(t, o.path+"/audit_entries") // newest first
	audited := map[string]bool{}
	for i, e := range entries {
		if e.str("event") == "user.create" {
			audited[e.str("resource")] = true
		}
		if i == 0 {
			continue
		}
		newer := entries[i-1]
		if newer["seq"].(float64) != e["seq"].(float64)+1 || newer.str("prev_hash") != e.str("hash") {
			t.Fatalf("audit entry %v does not follow %v", newer, e)
		}
	}
	if last := entries[len(entries)-1]; last["seq"] != 1.0 {
		t.Errorf("the first audit entry is %v", last)
	}
	for id := range users {
		if !audited[id] {
			t.Errorf("user %s has no audit entry", id)
		}
	}
}
