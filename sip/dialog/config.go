package dialog

import (
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// DefaultMaxLegs is how many legs there may be at once unless Config says otherwise.
const DefaultMaxLegs = 20_000

// Config is what an Endpoint needs.
type Config struct {
	Carrier Carrier
	Product string // "dialtone/<version>", for User-Agent and Server
	Log     *slog.Logger
	Now     func() time.Time
	// Registerer takes the metrics; nil for none.
	Registerer prometheus.Registerer

	// Invite gets each new INVITE outside dialogs, on a goroutine of its own. It sets
	// the leg's sink before it returns, or rejects.
	Invite func(*Leg)
	// Request gets every other request outside INVITE dialogs, SUBSCRIBE and NOTIFY
	// with a To-tag included.
	Request func(*Request)
	// Challenge answers a request whose credentials were used before with a fresh
	// challenge, stale=true.
	Challenge func(*Request)
	// Trace is given every message of a leg, as it was sent or received, to look at
	// until it returns; nil for none.
	// Retransmissions by transactions are not among them.
	Trace func(legID string, sent bool, message []byte, f Flow)

	// SessionExpires is the session interval asked for on legs that come in when the
	// peer supports session timers but asks for none. 0 for none.
	SessionExpires time.Duration
	// MaxLegs bounds the legs; emergency calls are not counted against it.
	// 0 is DefaultMaxLegs.
	MaxLegs int
}

func (c Config) withDefaults() Config {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.MaxLegs == 0 {
		c.MaxLegs = DefaultMaxLegs
	}
	if c.Invite == nil {
		c.Invite = func(l *Leg) { _ = l.Reject(405, "") }
	}
	if c.Request == nil {
		c.Request = func(r *Request) { _ = r.Respond(405, "", nil, "", Header{"Allow", allow}) }
	}
	if c.Challenge == nil {
		c.Challenge = func(r *Request) { _ = r.Respond(403, "", nil, "") }
	}
	return c
}
