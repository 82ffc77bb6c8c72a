package admin

import (
	"context"
	"net/netip"
	"time"

	"dialtone/provision/layout"
	"dialtone/provision/view"
	"dialtone/store"
	"dialtone/store/record"
)

// Phones tells what a device is given: *view.Builder.
type Phones interface {
	Layout(v *store.View, d *record.Device) ([]layout.Key, error)
	Masked(v *store.View, d *record.Device, r view.Request, dst []byte) ([]byte, error)
}

// Hashes tells the hash of the file a device would fetch now, as record.DeviceState
// has it of what was fetched: *provision.Server.
type Hashes interface {
	Hash(device record.ID) (hash uint64, ok bool)
}

// Registrations tells which contacts are registered now.
type Registrations interface {
	ByAccount(account record.ID) []Registration
	ByCredential(account, credential record.ID) []Registration
}

// Registration is one live contact.
type Registration struct {
	AOR          string // user@domain, without the scheme
	Credential   record.ID
	Contact      string // URI
	Source       netip.AddrPort
	Transport    string // udp, tcp, tls, ws or wss
	UserAgent    string
	RegisteredAt time.Time
	ExpiresAt    time.Time
}

// CheckSyncer tells a phone to fetch its configuration again.
type CheckSyncer interface {
	// CheckSync sends one NOTIFY a registered line and waits for the answers.
	CheckSync(ctx context.Context, device record.ID, reboot bool) ([]LineResult, error)
}

// Results of a check-sync.
const (
	SyncDelivered     = "delivered"
	SyncNotRegistered = "not_registered"
	SyncUnreachable   = "unreachable"
	SyncError         = "error"
)

// LineResult is what became of the NOTIFY to one line.
type LineResult struct {
	Line   int    `json:"line" doc:"Number of the line."`
	Result string `json:"result" doc:"delivered, not_registered, unreachable or error."`
}

// Bans tells which sources are banned, and lifts bans.
type Bans interface {
	Bans() []Ban
	// Lift ends the ban of a source and tells whether there was one.
	Lift(source netip.Addr) bool
}

// Ban is a source that is banned.
type Ban struct {
	Source       netip.Prefix // one IPv4 address, or an IPv6 /64
	Since, Until time.Time
	Failures     int
	Cause        string // of the last failure
	Level        int    // how many bans in a row, from 1
}

// Softphones tells what softphones connect to.
type Softphones interface {
	// Listener is the host and port of the SIP listener for a transport (udp, tcp or
	// tls) as somebody at the peer's address reaches it.
	Listener(peer netip.Addr, transport string) (host string, port int, err error)
}
