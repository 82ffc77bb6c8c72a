package wire

// Scan reads one message: a datagram, a WebSocket message, or what NextFrame cut from
// a stream. It returns nil for a legal message, or a *Error: then m holds as much as
// could be read, and m.Answerable tells whether the error's answer can be sent or
// silence is all that is left. Nothing is allocated once m's lists have grown.
//
// In a datagram Content-Length may be missing, and what follows the body is ignored
// (RFC 3261 18.3).
func Scan(message []byte, m *Message) error {
	m.reset()
	if len(message) > MaxMessage {
		return ErrTooLarge
	}
	line, rest, folded, control, found := cutLine(skipBreaks(message))
	switch {
	case !found || folded || control:
		m.fail(ErrStartLine)
	case len(line) > MaxLine:
		m.fail(ErrURITooLong)
	}
	m.startLine(line)
	if found {
		m.body(m.headers(rest))
	}
	return m.conclude()
}

// skipBreaks drops the empty lines that may come before a message (RFC 3261 7.5).
func skipBreaks(b []byte) []byte {
	for len(b) > 1 && b[0] == '\r' && b[1] == '\n' {
		b = b[2:]
	}
	return b
}

// headers reads the headers and returns what follows them; nil when they do not end.
func (m *Message) headers(b []byte) []byte {
	for count := 0; ; count++ {
		line, rest, folded, control, found := cutLine(b)
		switch {
		case !found:
			m.fail(ErrUnterminated)
			return nil
		case len(line) == 0:
			return rest
		case count == MaxHeaders:
			m.fail(ErrTooManyHeaders)
			return nil
		}
		b = rest
		if folded {
			m.Odd |= OddFolded
		}
		if control {
			if !escapedOnly(line) {
				m.fail(ErrControl) // and is not kept: a response must not repeat it
				continue
			}
			m.Odd |= OddControl
		}
		if len(line) > MaxLine {
			m.fail(ErrHeaderTooLong)
			continue
		}
		name, value, ok := cutHeader(line)
		if !ok {
			m.fail(ErrHeader)
			continue
		}
		m.header(headerNamed(name), value)
	}
}

// header takes one header's value.
func (m *Message) header(h header, value []byte) {
	switch h {
	case headerVia:
		m.via(value)
	case headerFrom:
		m.party(&m.From, value, ErrFrom)
	case headerTo:
		m.party(&m.To, value, ErrTo)
	case headerCallID:
		m.callID(value)
	case headerCSeq:
		m.cseq(value)
	case headerContact:
		m.contacts(value)
	case headerExpires:
		m.once(&m.Expires, value)
	case headerEvent:
		m.once(&m.Event, value)
	case headerUserAgent:
		if m.UserAgent == nil {
			m.UserAgent = value
		}
	case headerMaxForwards:
		m.number(&m.MaxForwards, value, 255, ErrMaxForwards)
	case headerContentLength:
		m.number(&m.contentLength, value, 1<<62, ErrContentLength)
	case headerAuthorization:
		m.many(&m.Authorization, value)
	case headerProxyAuthorization:
		m.many(&m.ProxyAuthorization, value)
	case headerPath:
		m.many(&m.Path, value)
	case headerSupported:
		m.many(&m.Supported, value)
	case headerRequire:
		m.many(&m.Require, value)
	case headerProxyRequire:
		m.many(&m.ProxyRequire, value)
	case headerOther:
	}
}

func (m *Message) once(field *[]byte, value []byte) {
	if *field != nil {
		m.fail(ErrDuplicate)
		return
	}
	*field = value
}

func (m *Message) many(field *[][]byte, value []byte) {
	if len(*field) == MaxValues {
		m.fail(ErrTooManyHeaders)
		return
	}
	*field = append(*field, value)
}

func (m *Message) number(field *int, value []byte, limit uint64, invalid *Error) {
	n, ok := Uint(value, limit)
	switch {
	case *field >= 0:
		m.fail(ErrDuplicate)
	case !ok:
		m.fail(invalid)
	default:
		*field = int(n)
	}
}

// body takes the body out of what follows the headers.
func (m *Message) body(rest []byte) {
	switch n := m.contentLength; {
	case n < 0 || rest == nil:
		m.Body = rest[:len(rest):len(rest)]
	case n > len(rest):
		m.fail(ErrTruncated)
	default:
		m.Body = rest[:n:n]
	}
}

// conclude checks what only the whole message shows.
func (m *Message) conclude() error {
	complete := len(m.Vias) > 0 && m.From.Value != nil && m.To.Value != nil && m.CallID != nil && m.cseqValue != nil
	switch {
	case !complete:
		m.fail(ErrMissing)
	case m.Request && string(m.CSeqMethod) != string(m.Method):
		m.fail(ErrCSeqMethod)
	}
	m.Answerable = complete && m.Request && string(m.Method) != "ACK"
	if m.fault != nil {
		return m.fault
	}
	if m.From.Tag == nil {
		m.Odd |= OddNoTag
	}
	if m.Top.spaced() {
		m.Odd |= OddVia
	}
	if !m.Top.HasCookie() {
		m.Odd |= OddBranch
	}
	return nil
}
