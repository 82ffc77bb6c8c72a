package call

import (
	"context"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"dialtone/sip/dialog"
	"dialtone/sip/media"
	"dialtone/sip/registrar"
	"dialtone/sip/route"
	"dialtone/sip/sdp"
	"dialtone/sip/trunk"
	"dialtone/store"
	"dialtone/store/record"
)

// outside is the way of a branch to a number outside: trunk after trunk, of each address
// after address, until one takes the call or a trunk says no.
type outside struct {
	ways     []route.Way
	way      int // the one being tried
	record   *record.ProviderAccount
	places   []trunk.Destination
	place    int
	redirect string // Request-URI a 3xx of the trunk's gave
	turns    int    // redirects followed
	release  func() // gives the trunk's channel back
	patience *timer
	progress *timer // of an emergency call: until it has to ring
	waited   bool   // the last address has been given more time
	worst    int    // what the last trunk said
	plain    bool   // an emergency call without location
}

// stop ends the search.
func (o *outside) stop() {
	if o == nil {
		return
	}
	o.patience.stop()
	o.progress.stop()
	if o.release != nil {
		o.release()
		o.release = nil
	}
}

// heard notes that the place being tried is alive.
func (o *outside) heard() {
	if o != nil {
		o.patience.stop()
	}
}

// keep gives the channel to the leg that won: it is free again when the leg ends.
func (o *outside) keep(l *leg) {
	if o == nil {
		return
	}
	o.patience.stop()
	o.progress.stop()
	l.release, o.release = o.release, nil
}

// ringOutside rings a number outside.
func (c *Call) ringOutside(t route.Target) {
	b := &branch{target: t, outside: &outside{ways: t.Ways, worst: statusNoTrunk}}
	c.ring.branches = append(c.ring.branches, b)
	c.tryWay(b)
}

// tryWay looks for the addresses of the next trunk that has room.
func (c *Call) tryWay(b *branch) {
	o := b.outside
	o.stop()
	for ; o.way < len(o.ways); o.way++ {
		id := o.ways[o.way].Trunk
		c.m.store.View(func(v *store.View) { o.record = get[*record.ProviderAccount](v, id) })
		if o.record == nil || c.m.config.Trunks == nil {
			continue
		}
		if !c.emergency && !o.record.Trunk.T38 && c.ring.from.media != nil && faxAlone(c.ring.from.media) != nil {
			o.worst = 488
			continue
		}
		release, err := c.acquire(id)
		if err != nil {
			c.log.Info("trunk has no room", "trunk", id, "err", err)
			o.worst = statusFull
			continue
		}
		o.release = release
		c.background(func(ctx context.Context) func(*Call) {
			ctx, cancel := context.WithTimeout(ctx, lookup)
			defer cancel()
			places, err := c.m.config.Trunks.Destinations(ctx, id)
			return func(c *Call) { c.foundPlaces(b, places, err) }
		})
		return
	}
	c.branchOver(b, o.worst, false)
}

func (c *Call) acquire(id record.ID) (release func(), err error) {
	if c.emergency {
		return c.m.config.Trunks.AcquireEmergency(id), nil
	}
	return c.m.config.Trunks.Acquire(id)
}

// takeChannel counts a call that came in from a trunk. False when the trunk has as many
// as it may.
func (c *Call) takeChannel(l *leg) bool {
	id := c.decision.From.Trunk
	if id == "" || c.m.config.Trunks == nil {
		return true
	}
	release, err := c.m.config.Trunks.AcquireInbound(id)
	if err != nil {
		c.log.Info("trunk has no room", "trunk", id, "err", err)
		return false
	}
	l.release = release
	return true
}

// foundPlaces goes on with a trunk's addresses.
func (c *Call) foundPlaces(b *branch, places []trunk.Destination, err error) {
	if b.over {
		return
	}
	o := b.outside
	if err != nil || len(places) == 0 {
		c.log.Warn("trunk has no address", "trunk", o.ways[o.way].Trunk, "err", err)
		if o.worst == statusNoTrunk {
			o.worst = 0
		}
		c.attempt(o.ways[o.way].Trunk, 0, false)
		o.way++
		c.tryWay(b)
		return
	}
	o.places, o.place, o.redirect, o.plain = places, 0, "", false
	c.tryPlace(b)
}

// tryPlace connects to an address and sends the INVITE there.
func (c *Call) tryPlace(b *branch) {
	o := b.outside
	if o.place >= len(o.places) {
		o.way++
		c.tryWay(b)
		return
	}
	place := o.places[o.place]
	c.background(func(ctx context.Context) func(*Call) {
		ctx, cancel := context.WithTimeout(ctx, lookup)
		defer cancel()
		flow, err := c.m.config.Dial(ctx, place.Transport, place.Address, place.ServerName)
		return func(c *Call) { c.connectedTo(b, place, flow, err) }
	})
}

// connectedTo sends the INVITE over a flow to a trunk's address.
func (c *Call) connectedTo(b *branch, place trunk.Destination, flow dialog.Flow, err error) {
	if b.over {
		return
	}
	o := b.outside
	if err != nil {
		c.log.Info("cannot reach trunk", "trunk", o.record.ID, "address", place.Address, "err", err)
		c.m.config.Trunks.Failed(o.record.ID, place.Address, "cannot connect", 0)
		o.worst = 0
		c.attempt(o.record.ID, 0, false)
		o.place++
		c.tryPlace(b)
		return
	}
	flow.Routed, flow.ServerName = true, place.ServerName
	t := &o.record.Trunk
	l := &leg{role: record.LegCallee, who: person{account: o.record.Account, trunk: o.record.ID, number: b.target.Outside}}
	out := c.trunkInvite(o, place, flow)
	l.uri = out.Target
	b.leg = l
	c.record.Trunk = o.record.ID
	codecs := t.Codecs
	if c.emergency {
		codecs = []string{record.CodecPCMU, record.CodecPCMA} // what every emergency centre takes
	}
	c.call(b, out, media.Options{SRTP: trunkPolicy(t.SRTP), Symmetric: true, Codecs: trunkCodecs(codecs)})
	if b.over || b.leg != l || l.gone {
		return
	}
	c.sent()
	patience := trunkPatience
	if c.emergency {
		patience = emergencyPatience
		if o.last() {
			patience = emergencyLast
		}
		o.progress = c.after(emergencyProgress, func(c *Call) { c.unproductive(b, l) })
	}
	o.patience = c.after(patience, func(c *Call) { c.impatient(b, l) })
}

// last says that there is nothing to try after the address that is being tried.
func (o *outside) last() bool { return o.place+1 >= len(o.places) && o.way+1 >= len(o.ways) }

// trunkInvite is the INVITE a trunk gets.
func (c *Call) trunkInvite(o *outside, place trunk.Destination, flow dialog.Flow) dialog.Outgoing {
	w, t := &o.ways[o.way], &o.record.Trunk
	host, _ := record.SplitHost(place.Host)
	ours := t.FromDomain
	if ours == "" && t.Authentication == record.TrunkRegistration {
		ours = host
	}
	if ours == "" {
		ours = flow.Host
	}
	target := "sip:" + escapeUser(w.Number) + "@" + bracketHost(place.Host)
	out := dialog.Outgoing{
		Flow: flow, Target: target, To: dialog.Address{URI: target}, From: shownFrom(w.Shown, ours),
		Headers: identityHeaders(w.Shown, ours), RingTimeout: trunkRing, MaxForwards: c.ring.hops(), Trunk: o.record.ID, Emergency: c.emergency,
	}
	if c.emergency {
		out.RingTimeout = emergencyRing
	}
	if o.redirect != "" {
		out.Target = o.redirect
	}
	if t.Authenticates() {
		password, err := c.m.store.TrunkPassword(o.record)
		if err != nil {
			c.log.Error("cannot read the trunk's password", "trunk", o.record.ID, "err", err)
		}
		out.Credentials = &dialog.Credentials{Username: t.Username, Password: password, Realm: t.Realm}
		out.Contact = t.Username
	}
	if t.SessionTimers {
		out.SessionExpires = time.Duration(t.SessionExpires) * time.Second
	}
	out.Headers = append(out.Headers, historyOutside(w, ours)...)
	if c.emergency {
		c.locate(&out, o)
	}
	return out
}

// bracketHost is host[:port] as a URI has it.
func bracketHost(hostport string) string {
	host, port := record.SplitHost(hostport)
	if port == 0 {
		return bracketed(host)
	}
	return bracketed(host) + ":" + itoa(int(port))
}

// impatient gives an address up that has said nothing at all.
func (c *Call) impatient(b *branch, l *leg) {
	if b.over || b.leg != l || l.gone || l.Heard() {
		return
	}
	l.status = 408
	c.hangup(l, dialog.Cause{Status: 408, Text: "No response"})
	c.branchFailed(b, dialog.Failed{Status: 408, Timeout: true})
}

// nextWay tries the next address or trunk after a failure that is no word on the number
// called. False when there is nothing left to try.
func (c *Call) nextWay(b *branch, ev dialog.Failed) bool {
	o := b.outside
	o.patience.stop()
	o.progress.stop()
	silent := ev.Timeout || ev.Unreachable
	o.worst = ev.Status
	if silent {
		o.worst = 0
	}
	if o.place >= len(o.places) || c.ring.early == b && !c.emergency {
		return false // what was heard cannot be taken back
	}
	place := o.places[o.place]
	c.attempt(o.record.ID, o.worst, false)
	switch {
	case silent:
		c.m.config.Trunks.Failed(o.record.ID, place.Address, "no answer", 0)
	case ev.Status >= 500 && ev.Status < 600 || ev.Status == 408:
		c.m.config.Trunks.Failed(o.record.ID, place.Address, "answered "+itoa(ev.Status), retryAfter(ev.Response))
	default:
		c.m.config.Trunks.Worked(o.record.ID, place.Address)
	}
	switch {
	case c.emergency && ev.Status == 424 && !o.plain: // RFC 6442 section 4.3: bad location
		o.plain = true
	case ev.Status >= 300 && ev.Status < 400 && o.follow(ev.Contacts):
	case silent, ev.Status == 408, ev.Status >= 500 && ev.Status < 600, c.emergency:
		o.redirect, o.plain = "", false
		o.place++
	default:
		return false
	}
	b.leg, b.rang = nil, false
	c.tryPlace(b)
	return true
}

// retryAfter is how long a response asks to be left alone, 0 without.
func retryAfter(resp *sip.Response) time.Duration {
	if resp == nil {
		return 0
	}
	digits, _, _ := strings.Cut(header(resp, "Retry-After"), ";")
	n, err := strconv.ParseUint(strings.TrimSpace(digits), 10, 16)
	if err != nil {
		return 0
	}
	return time.Duration(n) * time.Second
}

// follow takes a redirect of a trunk's, as long as it leads to one of its own addresses.
func (o *outside) follow(contacts []string) bool {
	if o.turns >= maxRedirects {
		return false
	}
	for _, contact := range contacts {
		host := hostIn(contact)
		for i, place := range o.places {
			name, _ := record.SplitHost(place.Host)
			addr, err := netip.ParseAddr(host)
			if strings.EqualFold(name, host) || err == nil && addr.Unmap() == place.Address.Addr().Unmap() {
				o.turns++
				o.place, o.redirect = i, contact
				return true
			}
		}
	}
	return false
}

// trunkPolicy is a trunk's setting as media know it.
func trunkPolicy(srtp string) media.Policy {
	switch srtp {
	case record.SRTPMandatory:
		return media.Mandatory
	case record.SRTPOptional:
		return media.Preferred
	}
	return media.Off
}

// phonePolicies are how media toward a phone are secured at first, and if it refuses
// that: with SRTP where nobody reads the keys on the way.
func phonePolicies(t registrar.Transport) (first, second media.Policy) {
	if t == registrar.TLS || t == registrar.WSS {
		return media.Mandatory, media.Optional
	}
	return media.Optional, media.Mandatory
}

// trunkCodecs are the codecs a trunk takes, in its order.
func trunkCodecs(names []string) []sdp.Codec {
	known := map[string]sdp.Codec{
		record.CodecPCMU: {PT: 0, Name: "PCMU", Clock: 8000, Channels: 1},
		record.CodecPCMA: {PT: 8, Name: "PCMA", Clock: 8000, Channels: 1},
		record.CodecG722: {PT: 9, Name: "G722", Clock: 8000, Channels: 1},
		record.CodecOpus: {PT: 96, Name: "opus", Clock: 48000, Channels: 2},
	}
	list := make([]sdp.Codec, 0, len(names))
	for _, name := range names {
		if codec, ok := known[name]; ok {
			list = append(list, codec)
		}
	}
	return list
}
