package wire

// header is a header that Scan knows.
type header uint8

const (
	headerOther header = iota
	headerVia
	headerFrom
	headerTo
	headerCallID
	headerCSeq
	headerContact
	headerExpires
	headerMaxForwards
	headerContentLength
	headerAuthorization
	headerProxyAuthorization
	headerPath
	headerSupported
	headerRequire
	headerProxyRequire
	headerUserAgent
	headerEvent
)

// headerNamed finds a header by its name or compact form (RFC 3261 7.3.3), in any
// case.
func headerNamed(name []byte) header {
	switch len(name) {
	case 1:
		return compact(name[0])
	case 2:
		return named(name, "To", headerTo)
	case 3:
		return named(name, "Via", headerVia)
	case 4:
		switch lower(name[0]) {
		case 'f':
			return named(name, "From", headerFrom)
		case 'c':
			return named(name, "CSeq", headerCSeq)
		}
		return named(name, "Path", headerPath)
	case 5:
		return named(name, "Event", headerEvent)
	case 7:
		return seven(name)
	case 9:
		return named(name, "Supported", headerSupported)
	case 10:
		return named(name, "User-Agent", headerUserAgent)
	case 12:
		return named(name, "Max-Forwards", headerMaxForwards)
	case 13:
		if lower(name[0]) == 'a' {
			return named(name, "Authorization", headerAuthorization)
		}
		return named(name, "Proxy-Require", headerProxyRequire)
	case 14:
		return named(name, "Content-Length", headerContentLength)
	case 19:
		return named(name, "Proxy-Authorization", headerProxyAuthorization)
	}
	return headerOther
}

func named(name []byte, full string, h header) header {
	if EqualFold(name, full) {
		return h
	}
	return headerOther
}

func seven(name []byte) header {
	switch lower(name[0]) {
	case 'c':
		if lower(name[1]) == 'a' {
			return named(name, "Call-ID", headerCallID)
		}
		return named(name, "Contact", headerContact)
	case 'e':
		return named(name, "Expires", headerExpires)
	case 'r':
		return named(name, "Require", headerRequire)
	}
	return headerOther
}

func compact(c byte) header {
	switch lower(c) {
	case 'v':
		return headerVia
	case 'f':
		return headerFrom
	case 't':
		return headerTo
	case 'i':
		return headerCallID
	case 'm':
		return headerContact
	case 'l':
		return headerContentLength
	case 'k':
		return headerSupported
	case 'o':
		return headerEvent
	}
	return headerOther
}
