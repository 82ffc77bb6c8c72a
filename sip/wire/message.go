package wire

// Message is what Scan found. Its slices point into what was scanned and are good as
// long as that is. A Message may be used for one scan after another.
type Message struct {
	// Request is false for a response.
	Request bool
	// Method is the request's, as sent: methods are case-sensitive.
	Method []byte
	// RequestURI is the Request-URI as sent; Target its parts when it is sip or sips,
	// only the scheme when it is tel or urn.
	RequestURI []byte
	Target     URI
	// Status and Reason are a response's.
	Status int
	Reason []byte

	// Top is the first value of the first Via header, Vias the values of all Via
	// headers, in order; one may hold several, separated by commas.
	Top  Via
	Vias [][]byte

	From, To   Party
	CallID     []byte
	CSeq       uint32
	CSeqMethod []byte

	// Contacts are the values of all Contact headers; Star tells that it was "*".
	Contacts []NameAddr
	Star     bool

	// The values of headers that may come more than once, one for each line.
	Authorization, ProxyAuthorization, Path [][]byte
	Supported, Require, ProxyRequire        [][]byte

	// The values of headers that may come once, nil when there is none. Expires is
	// as sent: what is no number counts as the default (RFC 3261 20.19).
	Expires, UserAgent, Event []byte
	// MaxForwards is -1 when the header is missing.
	MaxForwards int

	// Body is cut to Content-Length.
	Body []byte
	// Odd tells what is unusual about the message, 0 when nothing is.
	Odd Oddity
	// Answerable tells that a response to this request can be built: it has what a
	// response has to repeat, and is not an ACK. Scan sets it for refused ones too.
	Answerable bool

	fault         *Error
	cseqValue     []byte // as sent
	contentLength int    // -1 when the header is missing
}

// Party is the value of a From or To header.
type Party struct {
	Value    []byte   // as sent
	NameAddr NameAddr // its parts
	URI      URI      // its address in parts when that is sip or sips
	Tag      []byte   // nil when there is none
	valid    bool
}

// reset forgets the last message and keeps the lists' memory.
func (m *Message) reset() {
	*m = Message{
		Vias: m.Vias[:0], Contacts: m.Contacts[:0],
		Authorization: m.Authorization[:0], ProxyAuthorization: m.ProxyAuthorization[:0], Path: m.Path[:0],
		Supported: m.Supported[:0], Require: m.Require[:0], ProxyRequire: m.ProxyRequire[:0],
		MaxForwards: -1, contentLength: -1,
	}
}

// fail records what is wrong first.
func (m *Message) fail(e *Error) {
	if m.fault == nil {
		m.fault = e
	}
}

// NextOption reads the first of comma-separated option tags, as Supported and Require
// have them, and returns what follows its comma. tag is empty at the end.
func NextOption(list []byte) (tag, rest []byte) {
	for len(list) > 0 {
		end := indexByte(list, ',')
		if end < 0 {
			return trimLWS(list), nil
		}
		tag, list = trimLWS(list[:end]), list[end+1:]
		if len(tag) > 0 {
			return tag, list
		}
	}
	return nil, nil
}

// HasOption tells whether one of the values of Supported or Require names tag.
func HasOption(values [][]byte, tag string) bool {
	for _, list := range values {
		for name, rest := NextOption(list); len(name) > 0; name, rest = NextOption(rest) {
			if EqualFold(name, tag) {
				return true
			}
		}
	}
	return false
}
