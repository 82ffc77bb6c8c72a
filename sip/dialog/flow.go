package dialog

import (
	"context"
	"net/netip"

	"dialtone/sip/transaction"
	"dialtone/store"
	"dialtone/store/record"
)

// Flow is the way to a peer.
type Flow struct {
	Transport  string         // udp, tcp, tls, ws or wss
	Remote     netip.AddrPort // where messages go
	Local      netip.AddrPort // our bound socket
	Host       string         // what stands for us toward this peer (Via, Contact), unbracketed
	Port       int            // the port that stands for us
	Listener   uint16         // the UDP listener's number
	Connection uint64         // 0 for UDP
	// Routed sends requests inside a dialog where Route and Contact say when those are
	// addresses: right for carriers, wrong for phones behind NAT. A lost connection is
	// dialled again, verified against ServerName.
	Routed     bool
	ServerName string
}

// stream tells whether the flow is a connection.
func (f *Flow) stream() bool { return f.Transport != "udp" }

// Carrier is what dialogs need of the edge.
type Carrier interface {
	// Ready makes a flow usable: it fills Local, Host and Port. It fails when the
	// connection is gone.
	Ready(ctx context.Context, f Flow) (Flow, error)
	// Dial is a flow to an address no binding leads to. UDP: no traffic. TCP and TLS: a
	// connection that exists to that address, or a new one. serverName is for TLS.
	Dial(ctx context.Context, transport string, to netip.AddrPort, serverName string) (Flow, error)
	// Line is the way to an address over a flow that is ready.
	Line(f Flow, to netip.AddrPort) (transaction.Line, error)
	// Await lets responses from the peer in until done is called.
	Await(peer netip.AddrPort) (done func())
	// Track lets requests with this local tag in, from anywhere.
	Track(localTag string)
	// Forget ends Track.
	Forget(localTag string)
	// Pending lets a CANCEL in for a server INVITE transaction from the source that
	// sent it, and the ACK to its refusal, until done is called, any number of times.
	Pending(callID string, cseq uint32, source netip.AddrPort) (done func())
}

// Origin is who sent a request, as the front found.
type Origin struct {
	Flow     Flow
	User     *store.SIPUser // the credential, authenticated or by live flow (emergency); nil for trunks and inside dialogs
	Trunk    record.ID      // provider account recognised by source address; empty otherwise
	Replayed bool           // credentials used before: challenged again unless it is a retransmission
	// Emergency says that the Request-URI or To is an emergency number: no limit applies.
	Emergency bool
}
