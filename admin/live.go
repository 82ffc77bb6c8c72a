package admin

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"dialtone/provision/catalog"
	"dialtone/provision/layout"
	"dialtone/provision/view"
	"dialtone/store"
	"dialtone/store/record"
)

// Phones tells what a device is given: *view.Builder.
type Phones interface {
	Layout(v *store.View, d *record.Device) ([]layout.Key, error)
	// Preview judges buttons on a phone that need not exist.
	Preview(v *store.View, d *record.Device, buttons []record.Button) (*catalog.Model, []layout.Key, error)
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
	// tls) as somebody at the peer's address reaches it. The error may be ErrNoListener.
	Listener(peer netip.Addr, transport string) (host string, port int, err error)
}

// ErrNoListener: the daemon does not listen on that transport.
var ErrNoListener = errors.New("the daemon does not listen on that transport")

// Calls tells which calls there are now.
type Calls interface {
	// Active lists an account's calls, "" every account's.
	Active(account record.ID) []ActiveCall
	// Hangup ends a call and tells whether there was one.
	Hangup(account record.ID, id string) bool
}

// States of an active call.
const (
	CallRinging = "ringing"
	CallTalking = "talking"
	CallHeld    = "held"
	CallParked  = "parked"
	CallQueued  = "queued" // the caller waits in a call queue
)

// ActiveCall is one call that lasts.
type ActiveCall struct {
	ID         string    `json:"id" doc:"Identifier; that of its record later."`
	Direction  string    `json:"direction" doc:"internal, inbound, outbound or emergency."`
	From       string    `json:"from" doc:"Who calls: extension or number."`
	To         string    `json:"to" doc:"Who is called: extension or number."`
	CallerName string    `json:"caller_name" doc:"Name shown of the caller."`
	State      string    `json:"state" doc:"ringing, queued, talking, held or parked."`
	StartedAt  time.Time `json:"started_at" doc:"When it began."`
	AnsweredAt time.Time `json:"answered_at,omitzero" doc:"When it was answered."`
	User       record.ID `json:"user" doc:"The account's user who calls, or of an inbound call is called."`
	Device     record.ID `json:"device" doc:"The device that calls, or of an inbound call is called."`
	Trunk      record.ID `json:"trunk" doc:"The provider account it goes through."`
	Codec      string    `json:"codec" doc:"Codec of its audio."`
	Recording  bool      `json:"recording" doc:"Whether it is being recorded."`
	Secure     bool      `json:"secure" doc:"Whether signalling and media are encrypted on every leg."`
}

// Trunks tells how the trunks of provider accounts are.
type Trunks interface {
	Status(provider record.ID) (TrunkStatus, bool)
}

// States of a trunk.
const (
	TrunkOK          = "ok"          // it answers, or takes calls without being asked
	TrunkRegistered  = "registered"  // it has accepted our registration
	TrunkUnreachable = "unreachable" // no host answers, or it refuses us
	TrunkUnknown     = "unknown"     // nothing has been heard of it yet
	TrunkDisabled    = "disabled"
)

// TrunkStatus is how a trunk is.
type TrunkStatus struct {
	State  string    // one of the Trunk constants
	Reason string    // why it is unreachable, for a person
	Last   time.Time // when that was found; zero is never
	Calls  int       // calls going through it now
}

// Events tells what happens while it happens: *Hub.
type Events interface {
	// Subscribe gives the events of an account from now on. The channel is closed when
	// ctx has ended, the subscriber is too slow, or there are too many.
	Subscribe(ctx context.Context, account record.ID) <-chan Event
}

// Event is one thing that has happened.
type Event struct {
	Type string // what, family.verb: call.started
	Data any    // encoded as JSON
}
