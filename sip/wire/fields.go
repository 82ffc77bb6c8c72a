package wire

import "errors"

// via takes the value of a Via header. It is kept even when it is wrong: the answer
// that says so has to repeat it.
func (m *Message) via(value []byte) {
	switch {
	case len(value) == 0:
		m.fail(ErrVia)
		return
	case len(m.Vias) == MaxVias:
		m.fail(ErrTooManyHeaders)
		return
	case len(m.Vias) == 0:
		if err := m.Top.parse(value); err != nil {
			m.fail(err)
		}
	}
	m.Vias = append(m.Vias, value)
}

// party takes the value of From or To (20.20, 20.39).
func (m *Message) party(p *Party, value []byte, invalid *Error) {
	if p.Value != nil {
		m.fail(ErrDuplicate)
		return
	}
	p.Value = value
	a, rest, err := NextNameAddr(value)
	if err != nil || len(rest) > 0 {
		m.fail(invalid)
		return
	}
	p.NameAddr = a
	if err := p.URI.address(a.URI); err != nil && !errors.Is(err, ErrScheme) {
		m.fail(invalid)
		return
	}
	if p.Tag, p.valid = tagOf(a.Params); !p.valid {
		m.fail(invalid)
	}
}

// tagOf finds the tag among a header's parameters.
func tagOf(params []byte) (tag []byte, ok bool) {
	for {
		name, value, rest, more, err := NextParam(params)
		switch {
		case err != nil:
			return nil, false
		case !more:
			return tag, true
		case EqualFold(name, "tag"):
			if tag != nil || len(value) == 0 || len(value) > MaxTag || !all(value, inToken) {
				return nil, false
			}
			tag = value
		}
		params = rest
	}
}

// callID takes the Call-ID: a word or two without blanks (20.8). More characters are
// taken than the grammar has, because phones send them.
func (m *Message) callID(value []byte) {
	switch {
	case m.CallID != nil:
		m.fail(ErrDuplicate)
		return
	case len(value) == 0 || len(value) > MaxCallID:
		m.fail(ErrCallID)
		return
	}
	for _, c := range value {
		if c <= ' ' || c >= 0x7f {
			m.fail(ErrCallID)
			break
		}
	}
	m.CallID = value
}

// cseq takes a sequence number and a method (20.16). The value is kept even when it is
// wrong, for the answer.
func (m *Message) cseq(value []byte) {
	if m.cseqValue != nil {
		m.fail(ErrDuplicate)
		return
	}
	m.cseqValue = value
	end := 0
	for end < len(value) && value[end] >= '0' && value[end] <= '9' {
		end++
	}
	n, ok := Uint(value[:end], MaxCSeq)
	method := skipLWS(value[end:])
	if !ok || len(method) == 0 || len(method) == len(value)-end || !all(method, inToken) {
		m.fail(ErrCSeq)
		return
	}
	m.CSeq, m.CSeqMethod = uint32(n), method
}

// contacts takes the value of a Contact header: addresses with parameters, or "*".
func (m *Message) contacts(value []byte) {
	if string(value) == "*" {
		if m.Star || len(m.Contacts) > 0 {
			m.fail(ErrContact)
		}
		m.Star = true
		return
	}
	for rest := value; ; {
		a, next, err := NextNameAddr(rest)
		if err != nil || m.Star || len(m.Contacts) == MaxContacts || !legalContact(a) {
			m.fail(ErrContact)
			return
		}
		m.Contacts = append(m.Contacts, a)
		if rest = next; len(rest) == 0 {
			return
		}
	}
}

func legalContact(a NameAddr) bool {
	var u URI
	if err := u.address(a.URI); err != nil && !errors.Is(err, ErrScheme) {
		return false
	}
	for params := a.Params; ; {
		_, _, rest, more, err := NextParam(params)
		if err != nil || !more {
			return err == nil
		}
		params = rest
	}
}
