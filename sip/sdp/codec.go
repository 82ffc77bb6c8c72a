package sdp

import "strings"

// Codec is a payload type and what it stands for.
type Codec struct {
	PT       uint8
	Name     string // as in the rtpmap; of a static type filled in; empty if unknown
	Clock    int    // Hz of the RTP timestamp; G722's is 8000 (RFC 3551 section 4.5.2)
	Channels int    // 1 when the rtpmap names none; 0 for a type nobody explains
	Fmtp     string // the format's parameters, as written
}

// decisive are the parameters that make two codecs of one name different, with the
// value that holds when they are absent.
var decisive = map[string]struct{ param, absent string }{
	"ilbc":   {"mode", "30"},              // RFC 3952 section 5
	"amr":    {"octet-align", "0"},        // RFC 4867 section 8.1
	"amr-wb": {"octet-align", "0"},        // RFC 4867 section 8.2
	"g7221":  {"bitrate", ""},             // RFC 5577 section 5
	"h264":   {"packetization-mode", "0"}, // RFC 6184 section 8.2.2
}

// Same says whether the two are one encoding, so that packets of one can be relayed as
// the other with only the payload type changed. Parameters by which a receiver states
// its wishes (opus, telephone-event, G729's annexb) do not count.
func (c Codec) Same(other Codec) bool {
	if c.Name == "" || !strings.EqualFold(c.Name, other.Name) || c.clock() != other.clock() {
		return false
	}
	name := strings.ToLower(c.Name)
	if name != "opus" && max(c.Channels, 1) != max(other.Channels, 1) {
		return false
	}
	d, ok := decisive[name]
	return !ok || c.paramOr(d.param, d.absent) == other.paramOr(d.param, d.absent)
}

// DTMF says whether the codec is telephone-event (RFC 4733).
func (c Codec) DTMF() bool { return strings.EqualFold(c.Name, "telephone-event") }

// ComfortNoise says whether the codec is CN (RFC 3389).
func (c Codec) ComfortNoise() bool { return strings.EqualFold(c.Name, "CN") }

func (c Codec) voice() bool { return !c.DTMF() && !c.ComfortNoise() }

// Param is a parameter of the fmtp, its name in any case.
func (c Codec) Param(name string) (string, bool) {
	for p := range strings.SplitSeq(c.Fmtp, ";") {
		k, v, _ := strings.Cut(strings.TrimSpace(p), "=")
		if strings.EqualFold(strings.TrimSpace(k), name) {
			return strings.TrimSpace(v), true
		}
	}
	return "", false
}

func (c Codec) paramOr(name, absent string) string {
	if v, ok := c.Param(name); ok {
		return v
	}
	return absent
}

// clock mends the one clock that is written two ways.
func (c Codec) clock() int {
	if c.Clock == 16000 && strings.EqualFold(c.Name, "G722") {
		return 8000
	}
	return c.Clock
}
