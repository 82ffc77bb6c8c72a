package wire

import "bytes"

// emergencyLines bounds how far EmergencyFirst looks for To, in lines.
const emergencyLines = 2 * MaxHeaders

// EmergencyFirst finds whom a request is for, to be asked before any ban or limit
// whether that is an emergency number. It makes do with what it gets: broken lines,
// missing versions, brackets, unbalanced quotes. target is the Request-URI's user, to
// that of To: still escaped, with its parameters; a URN as a whole; the host of a URI
// without user. Both are nil for a response and empty when there is nothing to find.
func EmergencyFirst(message []byte) (target, to []byte) {
	line, rest := cutRoughLine(bytes.TrimLeft(message, " \t\r\n"))
	if len(line) >= 4 && EqualFold(line[:4], "SIP/") {
		return nil, nil
	}
	if blank := bytes.IndexAny(line, " \t"); blank >= 0 {
		target = bytes.TrimLeft(line[blank:], " \t")
		if end := bytes.IndexAny(target, " \t"); end >= 0 {
			target = target[:end]
		}
	}
	target = dialled(target)
	for n := 0; n < emergencyLines && len(rest) > 0; n++ {
		line, rest = cutRoughLine(rest)
		colon := indexByte(line, ':')
		if colon < 0 {
			continue
		}
		name := bytes.Trim(line[:colon], " \t")
		if !EqualFold(name, "To") && !EqualFold(name, "t") {
			continue
		}
		value := bytes.Trim(line[colon+1:], " \t")
		for len(value) == 0 && len(rest) > 0 && isBlank(rest[0]) { // folded
			line, rest = cutRoughLine(rest)
			value = bytes.Trim(line, " \t")
		}
		return target, dialled(value)
	}
	return target, nil
}

// cutRoughLine cuts at the next line feed and drops carriage returns before it.
func cutRoughLine(b []byte) (line, rest []byte) {
	end := indexByte(b, '\n')
	if end < 0 {
		return bytes.TrimRight(b, "\r"), nil
	}
	return bytes.TrimRight(b[:end], "\r"), b[end+1:]
}

// dialled is the user in an address with or without display name and brackets.
func dialled(b []byte) []byte {
	open := indexOutside(b, '<')
	if open < 0 {
		open = lastByte(b, '<')
	}
	if open >= 0 {
		b = b[open+1:]
		if end := indexByte(b, '>'); end >= 0 {
			b = b[:end]
		}
	}
	b = bytes.Trim(b, " \t")
	colon := indexByte(b, ':')
	if colon < 0 {
		return b
	}
	scheme, rest := b[:colon], b[colon+1:]
	switch {
	case EqualFold(scheme, "urn"):
		return b
	case EqualFold(scheme, "tel"):
		return rest
	}
	if at := indexByte(rest, '@'); at >= 0 {
		return rest[:at]
	}
	if end := bytes.IndexAny(rest, ":;?"); end >= 0 {
		rest = rest[:end]
	}
	return rest
}
