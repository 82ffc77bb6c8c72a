package outbox

import (
	"context"
	"crypto/tls"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"dialtone/store"
)

// party is five people to be told of one emergency over relays a and b.
type party struct {
	a, b   *server
	policy RelayTLS
	roots  bool // a has a certificate that has expired

	mu   sync.Mutex
	told map[string]time.Duration // when a relay took the mail of each
}

// tell runs a lane for so long, and gives the state of each, by the digit of the address.
func (p *party) tell(t *testing.T, long time.Duration) (states map[string]store.OutboxState) {
	t.Helper()
	n := network{}
	relays := []Relay{{Host: "a", Port: 25, TLS: p.policy}, {Host: "b", Port: 25, TLS: TLSNone}}
	var config *tls.Config
	if p.roots {
		config, relays[0].Roots = authority(t, time.Now().Add(-time.Hour))
	}
	begun := time.Now()
	p.told = map[string]time.Duration{}
	for addr, s := range map[string]*server{"a:25": p.a, "b:25": p.b} {
		if s == nil {
			relays = slices.DeleteFunc(relays, func(r Relay) bool { return r.Host+":25" == addr })
			continue
		}
		data := s.data
		s.data = func(c *smtp.Conn, text string) error {
			if data != nil {
				if err := data(c, text); err != nil {
					return err
				}
			}
			_, to, _ := strings.Cut(text, "To: ")
			p.mu.Lock()
			defer p.mu.Unlock()
			p.told[digitOf(to)] = time.Since(begun)
			return nil
		}
		if addr == "a:25" {
			n[addr] = serve(t, s, config)
		} else {
			n[addr] = serve(t, s, nil)
		}
	}
	m := newMailer(MailConfig{From: "dialtone@example.com", Relays: relays}, store.OutboxEmergency, n.dial, quiet(), newMetrics(nil))
	rows := newFakeRows()
	for i := range 5 {
		mail := letter()
		mail.To, mail.MessageID = fmt.Sprintf("p%d@example.com", i), fmt.Sprintf("emer_1.started.p%d@example.com", i)
		row := mailRow(t, store.OutboxEmergency, mail)
		row.ID, row.Queue, row.Due, row.State = fmt.Sprint(i), fmt.Sprint(i), begun, store.OutboxPending
		rows.rows = append(rows.rows, row)
	}
	l := &lane{
		name: store.OutboxEmergency, rows: rows, schedule: emergencySchedule(), workers: emergencyWorkers, log: quiet(),
		metrics: newMetrics(nil).lanes[store.OutboxEmergency], send: m.send,
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- l.run(ctx) }()
	time.Sleep(long)
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	return rows.states()
}

// digitOf is what tells one of the five from the others.
func digitOf(to string) string {
	_, rest, _ := strings.Cut(to, "p")
	digit, _, _ := strings.Cut(rest, "@")
	return digit
}

// each of the five has a state.
func each(state store.OutboxState, but map[string]store.OutboxState) map[string]store.OutboxState {
	all := map[string]store.OutboxState{}
	for i := range 5 {
		all[fmt.Sprint(i)] = state
	}
	for id, other := range but {
		all[id] = other
	}
	return all
}

// refusing refuses the recipients whose address has the digit, "" for everybody.
func refusing(code int, digit string) func(int, string) error {
	return func(_ int, to string) error {
		if strings.HasPrefix(to, "p"+digit) {
			return no(code)
		}
		return nil
	}
}

// grey refuses everybody once, for now.
func grey() func(int, string) error {
	var mu sync.Mutex
	seen := map[string]bool{}
	return func(_ int, to string) error {
		mu.Lock()
		defer mu.Unlock()
		if seen[to] {
			return nil
		}
		seen[to] = true
		return no(450)
	}
}

// TestFive: whatever a relay does, everybody who can be told is told at once, or as soon as
// the schedule has it, and the state of each is right.
func TestFive(t *testing.T) {
	three := map[string]store.OutboxState{"3": store.OutboxFailed}
	for name, tt := range map[string]struct {
		*party
		long   time.Duration
		states map[string]store.OutboxState
		last   time.Duration // when the last of them is told
	}{
		"one bad address":              {party: &party{a: &server{rcpt: refusing(550, "3")}}, states: each(store.OutboxDelivered, three)},
		"one bad address, two relays":  {party: &party{a: &server{rcpt: refusing(550, "3")}, b: &server{rcpt: refusing(554, "3")}}, states: each(store.OutboxDelivered, three)},
		"one that is full for now":     {party: &party{a: &server{rcpt: refusing(452, "3")}}, states: each(store.OutboxDelivered, map[string]store.OutboxState{"3": store.OutboxPending})},
		"the first refuses all":        {party: &party{a: &server{rcpt: refusing(554, "")}, b: &server{}}, states: each(store.OutboxDelivered, nil)},
		"the first hangs when called":  {party: &party{a: &server{mute: true}, b: &server{}}, states: each(store.OutboxDelivered, nil), last: hedgeAfter},
		"the first closes after DATA":  {party: &party{a: &server{data: drop}, b: &server{}}, states: each(store.OutboxDelivered, nil)},
		"the first has expired":        {party: &party{a: &server{}, b: &server{}, policy: TLSMandatory, roots: true}, states: each(store.OutboxDelivered, nil), last: hedgeAfter /* over a pipe the alert waits for who does not read */},
		"greylisting":                  {party: &party{a: &server{rcpt: grey()}}, long: 4 * time.Second, states: each(store.OutboxDelivered, nil), last: 4 * time.Second},
		"all refuse all":               {party: &party{a: &server{rcpt: refusing(550, "")}, b: &server{rcpt: refusing(550, "")}}, states: each(store.OutboxFailed, nil)},
		"one refuses, one is not here": {party: &party{a: &server{rcpt: refusing(550, "")}, b: &server{blackHole: true}}, long: 30 * time.Second, states: each(store.OutboxPending, nil)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := tt.party
				if p.policy == "" {
					p.policy = TLSNone
				}
				if tt.long == 0 {
					tt.long = hedgeAfter + time.Second
				}
				states := p.tell(t, tt.long)
				if diff := cmp.Diff(tt.states, states); diff != "" {
					t.Error(diff)
				}
				for id, state := range states {
					at, took := p.told[id]
					if took != (state == store.OutboxDelivered) || at > tt.last {
						t.Errorf("%s is %s and was told: %v, after %s", id, state, took, at)
					}
				}
			})
		})
	}
}

// TestWatched: of mails about emergencies we ask to be told what became of them, of others
// not.
func TestWatched(t *testing.T) {
	for lane, want := range map[store.OutboxLane][]string{store.OutboxEmergency: {"FAILURE", "DELAY"}, store.OutboxMail: nil} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{dsn: true}
			n := network{"a:25": serve(t, s, nil)}
			if got := post(t, n, lane, Relay{}); got.result != delivered {
				t.Errorf("%+v", got)
			}
			if diff := cmp.Diff(want, s.asks); diff != "" {
				t.Errorf("%s: %s", lane, diff)
			}
		})
	}
}
