package sdp

import "strings"

// Parse reads a description. The result keeps no part of b. An error is an *Error.
func Parse(b []byte) (*Session, error) {
	if len(b) > MaxSession {
		return nil, &Error{Err: ErrTooLarge}
	}
	p := parser{rest: string(b), session: new(Session)}
	if err := p.run(); err != nil {
		return nil, &Error{Line: p.line, Err: err}
	}
	return p.session, nil
}

// parser goes through the lines once and resolves each section when it ends.
type parser struct {
	rest       string
	line       int
	session    *Session
	media      *Media // the section the line belongs to; nil: the session's
	attributes int    // a= lines of the section
	directed   uint64 // bit i: media section i has a direction of its own
	versioned  bool
}

func (p *parser) run() error {
	for p.rest != "" {
		p.line++
		kind, value, err := p.next()
		switch {
		case err != nil:
			return err
		case kind == 0:
			continue
		case !p.versioned && (kind != 'v' || value != "0"):
			return ErrVersion
		}
		p.versioned = true
		if err := p.take(kind, value); err != nil {
			return err
		}
	}
	if !p.versioned {
		return ErrVersion
	}
	p.inherit()
	return nil
}

// next takes a line: its letter and its value without spaces around; letter 0 of an
// empty line.
func (p *parser) next() (byte, string, error) {
	line, rest, _ := strings.Cut(p.rest, "\n")
	p.rest = rest
	line = strings.TrimSuffix(line, "\r")
	if len(line) > MaxLine {
		return 0, "", ErrLineTooLong
	}
	for i := range len(line) {
		if c := line[i]; c < ' ' && c != '\t' || c == 0x7f {
			return 0, "", ErrControl
		}
	}
	line = trim(line)
	if line == "" {
		return 0, "", nil
	}
	if len(line) < 2 || line[1] != '=' {
		return 0, "", ErrLine
	}
	return line[0], trim(line[2:]), nil
}

// take puts a line where it belongs. Lines that say nothing about media are left out.
func (p *parser) take(kind byte, value string) (err error) {
	switch kind {
	case 'o':
		p.session.Origin, err = parseOrigin(value)
	case 's':
		p.session.Name = value
	case 'c':
		err = p.connection(value)
	case 'b':
		p.bandwidth(value)
	case 'a':
		if p.attributes++; p.attributes > MaxAttributes {
			return ErrTooManyAttributes
		}
		p.attribute(value)
	case 'm':
		err = p.startMedia(value)
	}
	return err
}

func (p *parser) bandwidth(value string) {
	kind, number, _ := strings.Cut(value, ":")
	n, ok := parseInt(trim(number), maxBandwidth)
	if !ok || kind == "" {
		return
	}
	b := Bandwidth{Type: kind, Value: n}
	if p.media != nil {
		p.media.Bandwidth = append(p.media.Bandwidth, b)
	} else {
		p.session.Bandwidth = append(p.session.Bandwidth, b)
	}
}

// attribute splits an a= line and gives it to its section.
func (p *parser) attribute(line string) {
	name, value, _ := strings.Cut(line, ":")
	name, value = trim(name), trim(value)
	if name == "" {
		return
	}
	if p.media != nil {
		p.mediaAttribute(name, value)
		return
	}
	if d, ok := parseDirection(name); ok {
		p.session.Direction = d
		return
	}
	p.session.Attributes = append(p.session.Attributes, Attribute{name, value})
}

func parseOrigin(value string) (Origin, error) {
	f := strings.Fields(value)
	if len(f) < 3 {
		return Origin{}, ErrOrigin
	}
	o := Origin{Username: f[0]}
	var ok1, ok2 bool
	o.ID, ok1 = parseSerial(f[1])
	o.Version, ok2 = parseSerial(f[2])
	if !ok1 || !ok2 {
		return Origin{}, ErrOrigin
	}
	if len(f) >= 6 {
		o.Address = f[5]
	}
	return o, nil
}

// parseSerial reads digits modulo 2^64, and the negative numbers that phones make of
// large ones.
func parseSerial(s string) (n uint64, ok bool) {
	s = strings.TrimPrefix(s, "-")
	for i := range len(s) {
		d := s[i] - '0'
		if d > 9 {
			return 0, false
		}
		n = n*10 + uint64(d)
	}
	return n, s != ""
}

// parseInt reads a number from 0 to limit, digits only.
func parseInt(s string, limit int) (n int, ok bool) {
	for i := range len(s) {
		d := s[i] - '0'
		if d > 9 {
			return 0, false
		}
		if n = n*10 + int(d); n > limit {
			return 0, false
		}
	}
	return n, s != ""
}

// trim takes spaces and tabs off both ends.
func trim(s string) string {
	for s != "" && blank(s[0]) {
		s = s[1:]
	}
	for s != "" && blank(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

// cutSpace splits at the first run of spaces.
func cutSpace(s string) (word, rest string) {
	for i := range len(s) {
		if blank(s[i]) {
			return s[:i], trim(s[i:])
		}
	}
	return s, ""
}

func blank(c byte) bool { return c == ' ' || c == '\t' }
