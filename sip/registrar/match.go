package registrar

// match finds the live binding that contact c of req is about, or -1.
func (a *aor) match(req *Request, c *Contact, id callID, now uint32) int {
	in, removes := pack(c.Instance), c.removes(req)
	rules := [...]func(*binding) bool{
		func(b *binding) bool { // RFC 5626 6
			return bothInstances(b, c) && b.regID == c.RegID && in.is(b.instance()) &&
				(!removes || c.RegID != 0 || sameURI(c.URI, b.uri()))
		},
		func(b *binding) bool { return !bothInstances(b, c) && sameURI(c.URI, b.uri()) },
		func(b *binding) bool { return !bothInstances(b, c) && b.callID == id && b.outranked(req, id) },
		func(b *binding) bool { return !bothInstances(b, c) && b.sameSource(req) && b.outranked(req, id) },
	}
	n := len(rules)
	if len(req.Contacts) > 1 || removes {
		n = 2 // contacts of one request share Call-ID and source; only what is named is removed
	}
	for _, rule := range rules[:n] {
		for i := range a.bindings {
			if a.bindings[i].live(now) && rule(&a.bindings[i]) {
				return i
			}
		}
	}
	return -1
}

func bothInstances(b *binding, c *Contact) bool { return b.instanceLen > 0 && len(c.Instance) > 0 }

// outranked: another Call-ID, or a higher CSeq under the same one.
func (b *binding) outranked(req *Request, id callID) bool {
	return b.callID != id || req.CSeq > b.cseq
}

// plan decides before anything is touched whether req changes a, which may be
// nil. A CSeq must be above that of each binding the request is about with the
// same Call-ID. A request whose every contact is in place with this very Call-ID
// and CSeq is a retransmission and changes nothing.
func (a *aor) plan(req *Request, id callID, now uint32) (changes bool, err error) {
	if req.Wildcard {
		return a.planWildcard(req, id, now)
	}
	again, fresh := 0, 0
	for i := range req.Contacts {
		c := &req.Contacts[i]
		at := -1
		if a != nil {
			at = a.match(req, c, id, now)
		}
		switch {
		case at < 0:
			if !c.removes(req) {
				fresh++
			}
		case a.bindings[at].outranked(req, id):
			fresh++
		case req.CSeq == a.bindings[at].cseq && !c.removes(req):
			again++
		default:
			return false, ErrOldCSeq
		}
	}
	if again > 0 && fresh > 0 {
		return false, ErrOldCSeq
	}
	return fresh > 0, nil
}

// planWildcard: every binding must be outranked.
func (a *aor) planWildcard(req *Request, id callID, now uint32) (changes bool, err error) {
	if a == nil {
		return false, nil
	}
	for i := range a.bindings {
		b := &a.bindings[i]
		if !b.live(now) {
			continue
		}
		if !b.outranked(req, id) {
			return false, ErrOldCSeq
		}
		changes = true
	}
	return changes, nil
}
