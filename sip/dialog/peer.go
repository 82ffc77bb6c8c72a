package dialog

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// peer is the other end of a dialog: what RFC 3261 12 calls its state, without what
// is the same for all dialogs of a leg.
type peer struct {
	tag    string
	target sip.Uri   // remote target
	routes []sip.Uri // route set
	// seq is the CSeq of the last request from there, known says that there was one.
	seq   uint32
	known bool
	// rseq is that of the last reliable provisional response that was acknowledged.
	rseq uint32
	// ack is the last ACK sent there, for its 2xx may come again.
	ack *sip.Request
}

// record takes the route set out of a message: as the UAS in order, as the UAC
// reversed (RFC 3261 12.1).
func (p *peer) record(m sip.Message, reversed bool) {
	p.routes = p.routes[:0:0]
	for _, h := range m.GetHeaders("Record-Route") {
		if rr, ok := h.(*sip.RecordRouteHeader); ok {
			p.routes = append(p.routes, *rr.Address.Clone())
		}
	}
	if reversed {
		slices.Reverse(p.routes)
	}
}

// refresh takes a new remote target from a Contact.
func (p *peer) refresh(m interface{ Contact() *sip.ContactHeader }) {
	if uri, ok := contactOf(m); ok {
		uri.Headers = nil
		p.target = uri
	}
}

// path is the Request-URI and the Route of a request (RFC 3261 12.2.1.1).
func (p *peer) path() (uri sip.Uri, routes []sip.Uri) {
	if len(p.routes) == 0 || loose(&p.routes[0]) {
		return p.target, p.routes
	}
	uri = p.routes[0]
	uri.Headers = nil
	return uri, append(slices.Clone(p.routes[1:]), p.target)
}

func loose(uri *sip.Uri) bool {
	for _, kv := range uri.UriParams {
		if strings.EqualFold(kv.K, "lr") {
			return true
		}
	}
	return false
}

// next is where a request goes. A phone's requests go where it is, whatever its
// Contact says. Those to a carrier over UDP go to the first route or the target when
// that is an address, save a private one behind a public flow.
func (p *peer) next(f *Flow) netip.AddrPort {
	if !f.Routed || f.stream() {
		return f.Remote
	}
	hop, routes := p.path()
	if len(p.routes) > 0 && len(routes) > 0 && loose(&p.routes[0]) {
		hop = routes[0]
	}
	addr, err := netip.ParseAddr(strings.Trim(hop.Host, "[]"))
	if err != nil || private(addr) && !private(f.Remote.Addr()) || addr.IsUnspecified() || addr.IsMulticast() ||
		addr.Unmap().Is4() != f.Remote.Addr().Unmap().Is4() {
		return f.Remote
	}
	port := hop.Port
	if port <= 0 || port > 65535 {
		port = 5060
	}
	return netip.AddrPortFrom(addr, uint16(port))
}

func private(a netip.Addr) bool { return a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() }
