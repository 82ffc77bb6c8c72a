package sdp

import "strings"

// rtpmap takes "pt name/clock[/channels]" (RFC 8866 section 6.6). A line that makes no
// sense, or is about another payload type, is left out.
func (m *Media) rtpmap(value string) {
	number, mapping := cutSpace(value)
	c := m.mutable(number)
	if c == nil {
		return
	}
	name, rate, _ := strings.Cut(mapping, "/")
	rate, channels, stereo := strings.Cut(rate, "/")
	next := Codec{PT: c.PT, Name: trim(name), Channels: 1, Fmtp: c.Fmtp}
	ok := true
	if rate == "" {
		next.Clock = c.Clock // of a static type; some phones leave it out
	} else {
		next.Clock, ok = parseInt(trim(rate), maxClock)
	}
	if stereo && ok {
		next.Channels, ok = parseInt(trim(channels), maxChannels)
	}
	if !ok || next.Name == "" || strings.ContainsAny(next.Name, " \t") || next.Clock == 0 || next.Channels == 0 {
		return
	}
	next.Clock = next.clock()
	*c = next
}

// fmtp takes "pt parameters" (RFC 8866 section 6.15); the first line of a type counts.
func (m *Media) fmtp(value string) {
	number, parameters := cutSpace(value)
	if c := m.mutable(number); c != nil && c.Fmtp == "" {
		c.Fmtp = parameters
	}
}

func (m *Media) mutable(number string) *Codec {
	pt, ok := parseInt(number, 127)
	if !ok {
		return nil
	}
	i := codecIndex(m.Codecs, pt)
	if i < 0 {
		return nil
	}
	return &m.Codecs[i]
}
