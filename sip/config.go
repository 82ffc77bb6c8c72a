package sip

import (
	"crypto/tls"
	"log/slog"
	"net/netip"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"dialtone/internal/netx"
	"dialtone/sip/call"
	"dialtone/sip/registrar"
	"dialtone/store"
	"dialtone/store/record"
)

// Config sets up a [Server].
type Config struct {
	// The addresses to listen on, host:port; port 0 takes a free one.
	UDP, TCP, TLS, WSS []string
	// Certificates is how TLS and WSS are spoken, for good: it follows reloads by
	// itself. It is needed for these two only.
	Certificates *tls.Config
	// ClientCA are the authorities whose certificates name users; nil: no client is
	// known by one. Certificates has to ask for them.
	ClientCA *netx.ClientCA
	// Advertised is the address or name put into Contact and Via; empty is the local
	// address that faces the peer.
	Advertised string
	// MinExpires and MaxExpires bound a registration, in seconds.
	MinExpires, MaxExpires int
	// Media is where the sound of calls goes.
	Media Media
	// Notify is told what happens to calls; it must not wait. Nil for nobody.
	Notify func(call.Event)
	// QueueChanged is told that something of a queue is new: who waits there, or what its
	// agents do. Nil for nobody.
	QueueChanged func(account, queue record.ID)
	// Bound is told of bindings that are new or have ended, not of refreshes; it must not
	// wait. Nil for nobody.
	Bound func(registrar.Event)
	// Emergency knows where who calls for help is and who is told; nil: calls go without.
	Emergency call.EmergencyPlan
	// Faxes receives faxes; nil: nobody does.
	Faxes call.Faxes
	// Archive keeps recordings of calls; nil: they are not recorded.
	Archive call.Archive
	// Drain is how long calls may go on once Serve's context has ended.
	Drain time.Duration
	// Allow are sources that are never banned.
	Allow []netip.Prefix
	// Version is what User-Agent and Server name after "dialtone/".
	Version string

	Store      *store.Store
	Log        *slog.Logger
	Registerer prometheus.Registerer // nil: no metrics
	Now        func() time.Time      // nil: time.Now
}

// Addrs are the addresses a server really listens on.
type Addrs struct{ UDP, TCP, TLS, WSS []netip.AddrPort }
