package wire

import "bytes"

// Skim reads of a request no more than what an answer has to repeat and what tells
// whether it is worth an answer's work: Method, Vias with Top, From, To, CallID and
// CSeq's value, UserAgent, and the values of Authorization and Proxy-Authorization. It
// is for a server that has no time for Scan. Addresses are not looked into, but for the
// tags.
//
// It returns false for a response and whenever something is unusual, such as a folded
// header or a control character: that is for Scan to judge. Nothing is allocated.
func Skim(message []byte, m *Message) bool {
	m.reset()
	message = skipBreaks(message)
	end := bytes.IndexByte(message, ' ')
	if end <= 0 || end > MaxMethod || len(message) > MaxMessage || !all(message[:end], inToken) {
		return false
	}
	m.Request, m.Method = true, message[:end:end]
	line, rest, ok := cutPlainLine(message)
	if !ok || !bytes.HasSuffix(line, []byte(" "+version)) {
		return false
	}
	for count := 0; ; count++ {
		line, rest, ok = cutPlainLine(rest)
		switch {
		case !ok || count == MaxHeaders || len(line) > MaxLine:
			return false
		case len(line) == 0:
			return m.skimmed()
		case !m.skim(line):
			return false
		}
	}
}

// cutPlainLine cuts at the next line break.
func cutPlainLine(b []byte) (line, rest []byte, ok bool) {
	end := bytes.IndexByte(b, '\n')
	if end <= 0 || b[end-1] != '\r' {
		return nil, nil, false
	}
	return b[: end-1 : end-1], b[end+1:], true
}

// skim takes one header line.
func (m *Message) skim(line []byte) bool {
	name, value, ok := cutHeader(line)
	if !ok {
		return false
	}
	h := headerNamed(name)
	switch h {
	case headerVia, headerFrom, headerTo, headerCallID, headerCSeq:
		if indexControl(value) >= 0 {
			return false
		}
	case headerAuthorization, headerProxyAuthorization, headerUserAgent:
	default:
		return true
	}
	switch h {
	case headerFrom:
		return m.From.skim(value)
	case headerTo:
		return m.To.skim(value)
	}
	m.header(h, value)
	return m.fault == nil
}

// skim takes the value of From or To and finds its tag, which comes after the address.
func (p *Party) skim(value []byte) bool {
	if p.Value != nil {
		return false
	}
	p.Value = value
	params := value
	if end := lastByte(value, '>'); end >= 0 {
		params = value[end+1:]
	}
	if indexByte(params, '"') >= 0 { // what looks like a tag may be quoted
		return false
	}
	first := indexByte(params, ';')
	if first < 0 {
		p.valid = len(value) > 0
		return p.valid
	}
	p.Tag, p.valid = tagOf(params[first+1:])
	return p.valid
}

// skimmed tells whether there is all that an answer repeats.
func (m *Message) skimmed() bool {
	m.Answerable = len(m.Vias) > 0 && m.From.Value != nil && m.To.Value != nil && m.CallID != nil && m.cseqValue != nil &&
		string(m.CSeqMethod) == string(m.Method) && string(m.Method) != "ACK"
	return m.Answerable
}
