package event

import (
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"dialtone/sip/dialog"
	"dialtone/sip/registrar"
)

// Sender sends requests. package sip implements it.
type Sender interface {
	// Send sends each request over its flow, repeating it where that is needed, and
	// calls its Done once. It may keep Data until then. It does not wait for answers.
	Send(list []Outgoing)
	// Facing is the host and port that stand for us toward a flow's peer. It fails
	// when the flow is gone.
	Facing(f dialog.Flow) (host string, port int, err error)
}

// Outgoing is a request to send.
type Outgoing struct {
	Flow   dialog.Flow
	Branch string // of its Via
	Data   []byte // the whole message
	// Done is told the status of the final answer, or why there is none. It does not
	// block.
	Done func(status int, err error)
}

// Tracker lets requests inside a dialog in: a [dialog.Carrier].
type Tracker interface {
	Track(localTag string)
	Forget(localTag string)
}

// Bindings are where phones are: a [registrar.Registrar].
type Bindings interface {
	// Lookup appends the live bindings of an AOR, user@domain in lower case.
	Lookup(dst []registrar.Binding, aor []byte, now time.Time) []registrar.Binding
}

// Log keeps subscriptions over a restart.
type Log interface {
	// Load calls fn for every record. The slices are valid during the call only.
	Load(fn func(key, value []byte) error) error
	// Commit makes all ops durable in their order, or none. The ops and their bytes are
	// valid during the call only.
	Commit(ops []Op) error
}

// Op writes the record of one subscription; a nil Value deletes it. The type has no
// name of its own, so that a log need not import this package.
type Op = struct{ Key, Value []byte }

// Seconds a subscription lasts: at least, at most, and when the phone names none.
const (
	DefaultMinExpires = 60
	DefaultMaxExpires = 3600
)

// Limits bound the subscriptions. 0 is the default.
type Limits struct {
	PerUser    int // of one subscriber: 500, for a phone with three expansion modules and a second one
	PerAccount int // 50,000
	Total      int // 250,000
}

// Config sets up a [Server].
type Config struct {
	Sender    Sender
	Tracker   Tracker
	Directory Directory
	Bindings  Bindings // nil: phones are where they subscribed from
	Kept      Log      // nil: subscriptions do not survive a restart
	Product   string   // "dialtone/<version>", for User-Agent
	Limits    Limits
	// MinExpires and MaxExpires bound what is granted, in seconds; 0 is the default.
	MinExpires, MaxExpires int

	Log        *slog.Logger          // nil: none
	Now        func() time.Time      // nil: time.Now
	Rand       func() float64        // in [0,1); nil: math/rand
	Registerer prometheus.Registerer // nil: no metrics
}

func (c Config) withDefaults() Config {
	number := func(n *int, def int) {
		if *n <= 0 {
			*n = def
		}
	}
	number(&c.MinExpires, DefaultMinExpires)
	number(&c.MaxExpires, max(DefaultMaxExpires, c.MinExpires))
	number(&c.Limits.PerUser, 500)
	number(&c.Limits.PerAccount, 50_000)
	number(&c.Limits.Total, 250_000)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Rand == nil {
		c.Rand = rand.Float64
	}
	return c
}
