package dialog

import (
	"github.com/emiago/sipgo/sip"

	"dialtone/sip/digest"
)

// authorizer answers challenges, and what it has been asked once it says unasked.
type authorizer struct {
	credentials *Credentials
	known       []challenge
	last        []Header // of the last request: its ACK has them too
}

type challenge struct {
	digest.Challenged
	proxy bool
	count uint32
	stale int
}

// challenged notes the challenges of a 401 or 407, false when answering is of no use.
func (a *authorizer) challenged(res *sip.Response) bool {
	if a.credentials == nil {
		return false
	}
	name, proxy := "WWW-Authenticate", false
	if res.StatusCode == sip.StatusProxyAuthRequired {
		name, proxy = "Proxy-Authenticate", true
	}
	var offered []digest.Challenged
	for _, v := range values(res, name) {
		for _, one := range digest.SplitChallenges([]byte(v)) {
			c, err := digest.ParseChallenge(one)
			if err == nil && (a.credentials.Realm == "" || c.Realm == a.credentials.Realm) {
				offered = append(offered, c)
			}
		}
	}
	c, ok := digest.Choose(offered)
	if !ok {
		return false
	}
	for i := range a.known {
		k := &a.known[i]
		if k.proxy != proxy || k.Realm != c.Realm {
			continue
		}
		// The same password once more helps only when the nonce was at fault. A server
		// that leaves stale out gets one fresh try for an answer made unasked.
		if !c.Stale && k.count <= 1 || k.stale >= 2 {
			return false
		}
		*k = challenge{Challenged: c, proxy: proxy, stale: k.stale + 1}
		return true
	}
	a.known = append(a.known, challenge{Challenged: c, proxy: proxy})
	return true
}

// authorize adds credentials for the challenges known.
func (a *authorizer) authorize(req *sip.Request) {
	if req.IsInvite() {
		a.last = nil
	}
	for i := range a.known {
		k := &a.known[i]
		k.count++
		v, err := digest.Respond(k.Challenged, digest.Answer{
			Username: a.credentials.Username, Password: a.credentials.Password, Method: string(req.Method),
			URI: req.Recipient.String(), Cnonce: newTag(), Count: k.count,
		})
		if err != nil {
			continue
		}
		name := "Authorization"
		if k.proxy {
			name = "Proxy-Authorization"
		}
		h := Header{name, string(v)}
		req.AppendHeader(sip.NewHeader(h.Name, h.Value))
		if req.IsInvite() {
			a.last = append(a.last, h)
		}
	}
}

// accepted notes that the credentials were right.
func (a *authorizer) accepted() {
	for i := range a.known {
		a.known[i].stale = 0
	}
}

// again adds the credentials of the INVITE to its ACK (RFC 3261 22.1).
func (a *authorizer) again(ack *sip.Request) {
	for _, h := range a.last {
		ack.AppendHeader(sip.NewHeader(h.Name, h.Value))
	}
}
