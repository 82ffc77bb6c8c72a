package dialog

import (
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// Cause is why a request was sent, RFC 3326. The zero value says nothing.
type Cause struct {
	Status int    // of SIP; 0 for none
	Q850   int    // 0 for none
	Text   string // for people
}

// Elsewhere is why phones are cancelled when another one has answered (RFC 3326 3.1).
func Elsewhere() Cause { return Cause{Status: 200, Text: "Call completed elsewhere"} }

// header is the Reason header, false when there is nothing to say.
func (c Cause) header() (Header, bool) {
	var values []string
	if c.Status != 0 {
		values = append(values, reasonValue("SIP", c.Status, c.Text))
	}
	if c.Q850 != 0 {
		values = append(values, reasonValue("Q.850", c.Q850, c.Text))
	}
	return Header{"Reason", strings.Join(values, ", ")}, len(values) > 0
}

func reasonValue(protocol string, cause int, text string) string {
	v := protocol + ";cause=" + strconv.Itoa(cause)
	if text != "" {
		v += ";text=" + quote(text)
	}
	return v
}

// causeOf reads the Reason headers of a message.
func causeOf(m sip.Message) (c Cause) {
	for _, value := range list(m, "Reason") {
		protocol, params := splitParams(value)
		n, err := strconv.Atoi(params.get("cause"))
		if err != nil || n < 0 || n > 699 {
			continue
		}
		switch {
		case strings.EqualFold(protocol, "SIP"):
			c.Status = n
		case strings.EqualFold(protocol, "Q.850"):
			c.Q850 = n
		default:
			continue
		}
		if c.Text == "" {
			c.Text = params.get("text")
		}
	}
	return c
}
