package outbox

import (
	"context"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"dialtone/store"
	"dialtone/store/blob"
)

const (
	// hedgeAfter is how long one relay has an emergency's mail to itself.
	hedgeAfter = 3 * time.Second
	// urgentLimit and mailLimit bound one offer to a relay.
	urgentLimit = 20 * time.Second
	mailLimit   = 2 * time.Minute
	// shunFor is how long a relay that failed is asked last.
	shunFor = 30 * time.Second
)

// MailConfig says how mail leaves.
type MailConfig struct {
	// From is the sender's mailbox where a mail names none.
	From string
	// Relays in the order they are tried.
	Relays []Relay
	// DKIM signs; nil does not.
	DKIM *DKIM
	// Open opens a file of the store, for attachments; nil where mails have none.
	Open func(blob.Hash) (io.ReadCloser, error)
}

// dialFunc connects to a relay.
type dialFunc func(ctx context.Context, network, addr string) (net.Conn, error)

// mailer sends the mails of one lane: what it knows of the relays is its own, like its
// connections.
type mailer struct {
	config MailConfig
	relays []*relay
	hedge  time.Duration // 0: one relay at a time
	log    *slog.Logger
	offers map[verdict]prometheus.Counter
}

func newMailer(cfg MailConfig, lane store.OutboxLane, dial dialFunc, log *slog.Logger, m *metrics) *mailer {
	s := &mailer{config: cfg, log: log, offers: m.mail}
	limit, urgent := mailLimit, lane == store.OutboxEmergency
	if urgent {
		s.hedge, limit = hedgeAfter, urgentLimit
	}
	for _, r := range cfg.Relays {
		s.relays = append(s.relays, &relay{Relay: r, dial: dial, limit: limit, watch: urgent})
	}
	return s
}

// order lists the relays as configured, those that have failed a moment ago last.
func (s *mailer) order() []*relay {
	relays := slices.Clone(s.relays)
	healthy := map[*relay]bool{}
	for _, r := range relays {
		healthy[r] = r.healthy()
	}
	slices.SortStableFunc(relays, func(a, b *relay) int {
		switch {
		case healthy[a] == healthy[b]:
			return 0
		case healthy[a]:
			return -1
		}
		return 1
	})
	return relays
}

// send offers the mail of a row to one relay after the other until one takes it; an
// emergency's to the next one as well when it takes long. Then the others are cut off: a
// relay that was waiting to answer may have taken it too, so a second copy is possible,
// under the same Message-ID; no mail is not.
func (s *mailer) send(ctx context.Context, row *store.OutboxRow) outcome {
	m, err := ReadMail(row)
	if err != nil {
		return outcome{result: failed, text: "malformed mail"}
	}
	if _, err := message(m, s.config.From, nil); err != nil {
		return outcome{result: failed, text: explain(err)}
	}
	if len(s.relays) == 0 {
		return outcome{result: retry, text: "no mail relay is configured"}
	}
	return s.conclude(s.round(ctx, m))
}

// round offers a mail to every relay until one has taken it, and returns what each said.
func (s *mailer) round(ctx context.Context, m *Mail) (offers []offer) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	left := s.order()
	answers := make(chan offer, len(left))
	open := 0
	start := func() {
		r := left[0]
		left = left[1:]
		open++
		go func() { answers <- s.offer(ctx, r, m) }()
	}
	start()
	patience := s.hedge
	if patience == 0 {
		patience = idle
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	taken := false
	for open > 0 {
		select {
		case o := <-answers:
			open--
			offers = append(offers, o)
			taken = taken || o.verdict == accepted
			if taken {
				cancel()
			}
		case <-timer.C:
		}
		if !taken && len(left) > 0 && ctx.Err() == nil {
			start()
			timer.Reset(patience)
		}
	}
	return offers
}

// offer gives a mail to one relay, and notes how the relay is.
func (s *mailer) offer(ctx context.Context, r *relay, m *Mail) offer {
	begun := time.Now()
	msg, err := message(m, s.config.From, s.config.DKIM)
	if err == nil {
		err = s.attach(msg, m.Attachments)
	}
	if err != nil {
		return offer{relay: r, verdict: deferred, text: explain(err)}
	}
	o := r.offer(ctx, msg)
	slow := s.hedge > 0 && time.Since(begun) >= s.hedge
	switch {
	case slow, o.code == 0 && ctx.Err() == nil:
		r.shun(shunFor)
	case o.code > 0:
		r.shun(0)
	}
	if o.verdict != accepted && ctx.Err() == nil {
		s.log.Warn("relay has not taken a mail", "relay", r.String(), "message", m.MessageID, "verdict", o.verdict, "answer", o.text)
	}
	s.offers[o.verdict].Inc()
	return o
}

// conclude is what a round means: one yes delivers, only a no from every relay is final.
func (s *mailer) conclude(offers []offer) outcome {
	last := offers[0]
	refusals := 0
	var said []string
	for _, o := range offers {
		if o.verdict == accepted {
			return outcome{result: delivered, code: o.code, text: o.text, via: o.relay.String()}
		}
		if o.verdict == rejected {
			refusals++
		}
		if o.code >= last.code {
			last = o
		}
		said = append(said, o.relay.String()+": "+o.text)
	}
	out := outcome{result: retry, code: last.code, text: strings.Join(said, "; "), via: last.relay.String()}
	if refusals == len(s.relays) {
		out.result = failed
	}
	return out
}
