package dialog

import (
	"strings"

	"github.com/emiago/sipgo/sip"
)

const (
	// maxHeaders bounds the header fields of a request, maxVias the hops behind it.
	maxHeaders = 128
	maxVias    = 32
)

// refusal is why a request is answered before anybody sees it.
type refusal struct {
	label   string // for the metric
	status  int
	reason  string
	headers []Header
	// fatal: not even an emergency call can be taken like this.
	fatal bool
}

// extensions are the option tags a peer may require of us.
var extensions = map[string]bool{"100rel": true, "timer": true, "replaces": true, "norefersub": true}

// check does what RFC 3261 8.2 and 16.3 ask before a request is acted on, and what
// the library's parser leaves to its user. An emergency call is refused only when it
// could not be answered: nothing of what it carries is sent on as it came.
func check(req *sip.Request, emergency bool) *refusal {
	for _, test := range [...]func(*sip.Request) *refusal{incomplete, unclean, inconsistent, tooFar, unsupported, unreadable} {
		if bad := test(req); bad != nil && (bad.fatal || !emergency) {
			return bad
		}
	}
	return nil
}

// incomplete finds what no request can be answered without.
func incomplete(req *sip.Request) *refusal {
	bad := func(reason string) *refusal {
		return &refusal{label: refusedMalformed, status: sip.StatusBadRequest, reason: reason, fatal: true}
	}
	switch cseq := req.CSeq(); {
	case req.SipVersion != "SIP/2.0":
		return &refusal{label: refusedVersion, status: sip.StatusVersionNotSupported, fatal: true}
	case req.Via() == nil || req.From() == nil || req.To() == nil || req.CallID() == nil || cseq == nil:
		return bad("Missing Header")
	case cseq.MethodName != req.Method:
		return bad("CSeq Mismatch")
	case fromTag(req) == "":
		return bad("Missing From Tag")
	default:
		return nil
	}
}

// unclean finds what must never be relayed: control characters, floods of headers.
func unclean(req *sip.Request) *refusal {
	if len(req.Headers()) > maxHeaders || count(req, "Via") > maxVias {
		return &refusal{label: refusedHeaders, status: sip.StatusBadRequest, reason: "Too Many Headers"}
	}
	var found controls
	req.Recipient.StringWrite(&found)
	for _, h := range req.Headers() {
		if !isToken(h.Name()) {
			found = true
		}
		h.StringWrite(&found)
	}
	if found {
		return &refusal{label: refusedControl, status: sip.StatusBadRequest, reason: "Bad Header"}
	}
	return nil
}

// controls tells whether what is written to it has control characters.
type controls bool

// WriteString looks at s.
func (c *controls) WriteString(s string) (int, error) {
	for i := range len(s) {
		if isControl(rune(s[i])) {
			*c = true
		}
	}
	return len(s), nil
}

// inconsistent finds headers that contradict each other or the rest.
func inconsistent(req *sip.Request) *refusal {
	bad := func(reason string) *refusal {
		return &refusal{label: refusedMalformed, status: sip.StatusBadRequest, reason: reason}
	}
	switch {
	case count(req, "Call-ID") > 1 || count(req, "CSeq") > 1 || count(req, "From") > 1 || count(req, "To") > 1:
		return bad("Repeated Header")
	case req.ContentLength() != nil && int(*req.ContentLength()) != len(req.Body()):
		return bad("Bad Content-Length")
	case req.Method == sip.INVITE && !oneContact(req):
		return bad("Missing Contact")
	}
	switch req.Recipient.Scheme {
	case "sip", "sips", "tel", "urn":
		return nil
	default:
		return &refusal{label: refusedScheme, status: 416}
	}
}

func oneContact(req *sip.Request) bool {
	_, ok := contactOf(req)
	return ok && count(req, "Contact") == 1
}

// tooFar finds requests that have been passed on too often.
func tooFar(req *sip.Request) *refusal {
	if v := req.MaxForwards(); v != nil && v.Val() == 0 && req.Method != sip.CANCEL && toTag(req) == "" {
		return &refusal{label: refusedHops, status: sip.StatusTooManyHops}
	}
	return nil
}

// unsupported finds extensions we do not know.
func unsupported(req *sip.Request) *refusal {
	if req.Method == sip.CANCEL {
		return nil
	}
	var unknown []string
	for _, o := range list(req, "Require") {
		if !extensions[strings.ToLower(o)] {
			unknown = append(unknown, o)
		}
	}
	if unknown == nil {
		return nil
	}
	return &refusal{label: refusedRequire, status: sip.StatusBadExtension, headers: []Header{{"Unsupported", strings.Join(unknown, ", ")}}}
}

// unreadable finds bodies nobody here can read.
func unreadable(req *sip.Request) *refusal {
	if len(req.Body()) == 0 || req.Method != sip.INVITE && req.Method != sip.UPDATE && req.Method != sip.PRACK {
		return nil
	}
	if e := value(req, "Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return &refusal{label: refusedBody, status: sip.StatusUnsupportedMediaType, headers: []Header{{"Accept-Encoding", "identity"}}}
	}
	kind, params := splitParams(strings.ToLower(value(req, "Content-Type")))
	if strings.HasPrefix(kind, "multipart/") && params.get("boundary") == "" { // not to be taken for a body without an offer
		return &refusal{label: refusedBody, status: sip.StatusBadRequest, reason: "Missing Boundary"}
	}
	if kind == "" || kind == typeSDP || strings.HasPrefix(kind, "multipart/") ||
		strings.Contains(strings.ToLower(value(req, "Content-Disposition")), "optional") {
		return nil
	}
	return &refusal{label: refusedBody, status: sip.StatusUnsupportedMediaType, headers: []Header{{"Accept", "application/sdp, multipart/mixed"}}}
}
