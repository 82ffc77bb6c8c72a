package sip

import "dialtone/sip/wire"

// checkFlows refuses what RFC 5626 6 has no place for: several contacts of which one
// asks for a flow, and a flow through a first hop that cannot keep it. That hop says so
// with ;ob in the first URI of Path; without one in between there is no such hop.
func (r *registration) checkFlows(m *wire.Message) *refusal {
	if !r.outbound || !usesOutbound(r) {
		return nil
	}
	kept := 0
	for i := range r.Contacts {
		if c := &r.Contacts[i]; c.Expires > 0 || c.Expires < 0 && r.Expires != 0 {
			kept++
		}
	}
	switch {
	case kept > 1:
		return errFlows
	case kept > 0 && passedOn(m) && !keepsFlows(m.Path):
		return errHop
	}
	return nil
}

// passedOn tells whether somebody stands between the phone and us.
func passedOn(m *wire.Message) bool {
	return len(m.Vias) > 1 || len(m.Vias) == 1 && len(m.Top.Value) < len(m.Vias[0])
}

// keepsFlows tells whether the first URI of Path has the parameter ob.
func keepsFlows(path [][]byte) bool {
	if len(path) == 0 {
		return false
	}
	hop, _, err := wire.NextNameAddr(path[0])
	if err != nil {
		return false
	}
	uri, err := wire.ParseURI(hop.URI)
	if err != nil {
		return false
	}
	for rest := uri.Params; ; {
		name, _, next, more, err := wire.NextParam(rest)
		if err != nil || !more {
			return false
		}
		if wire.EqualFold(name, "ob") {
			return true
		}
		rest = next
	}
}
