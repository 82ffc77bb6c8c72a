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
}

// extensions are the option tags a peer may require of us.
var extensions = map[string]bool{"100rel": true, "timer": true, "replaces": true, "norefersub": true}

// check does what RFC 3261 8.2 and 16.3 ask before a request is acted on, and what
// the library's parser leaves to its user.
func check(req *sip.Request) *refusal {
	if bad := unclean(req); bad != nil {
		return bad
	}
	if bad := incomplete(req); bad != nil {
		return bad
	}
	if v := req.MaxForwards(); v != nil && v.Val() == 0 && req.Method != sip.CANCEL && toTag(req) == "" {
		return &refusal{label: "max_forwards", status: sip.StatusTooManyHops}
	}
	if req.Method == sip.CANCEL {
		return nil
	}
	var unknown []string
	for _, o := range list(req, "Require") {
		if !extensions[strings.ToLower(o)] {
			unknown = append(unknown, o)
		}
	}
	if unknown != nil {
		return &refusal{label: "require", status: sip.StatusBadExtension, headers: []Header{{"Unsupported", strings.Join(unknown, ", ")}}}
	}
	return checkBody(req)
}

// unclean finds what must never be relayed: control characters, floods of headers.
func unclean(req *sip.Request) *refusal {
	if req.SipVersion != "SIP/2.0" {
		return &refusal{label: "version", status: sip.StatusVersionNotSupported}
	}
	if len(req.Headers()) > maxHeaders || len(req.GetHeaders("Via")) > maxVias {
		return &refusal{label: "headers", status: sip.StatusBadRequest, reason: "Too Many Headers"}
	}
	if strings.ContainsFunc(req.Recipient.String(), isControl) {
		return &refusal{label: "control", status: sip.StatusBadRequest, reason: "Bad Request-URI"}
	}
	for _, h := range req.Headers() {
		if !isToken(h.Name()) || strings.ContainsFunc(h.Value(), isControl) {
			return &refusal{label: "control", status: sip.StatusBadRequest, reason: "Bad Header"}
		}
	}
	return nil
}

// incomplete finds what a request cannot do without.
func incomplete(req *sip.Request) *refusal {
	bad := func(reason string) *refusal {
		return &refusal{label: "malformed", status: sip.StatusBadRequest, reason: reason}
	}
	cseq := req.CSeq()
	switch {
	case req.Via() == nil || req.From() == nil || req.To() == nil || req.CallID() == nil || cseq == nil:
		return bad("Missing Header")
	case cseq.MethodName != req.Method:
		return bad("CSeq Mismatch")
	case fromTag(req) == "":
		return bad("Missing From Tag")
	case len(values(req, "Call-ID"))+len(values(req, "i")) > 1 || len(values(req, "CSeq")) > 1 ||
		len(values(req, "From"))+len(values(req, "f")) > 1 || len(values(req, "To"))+len(values(req, "t")) > 1:
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
		return &refusal{label: "scheme", status: 416}
	}
}

func oneContact(req *sip.Request) bool {
	_, ok := contactOf(req)
	return ok && len(values(req, "Contact")) == 1
}

// checkBody refuses bodies that could not be read.
func checkBody(req *sip.Request) *refusal {
	if len(req.Body()) == 0 || req.Method != sip.INVITE && req.Method != sip.UPDATE && req.Method != sip.PRACK {
		return nil
	}
	if e := value(req, "Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return &refusal{label: "body", status: sip.StatusUnsupportedMediaType, headers: []Header{{"Accept-Encoding", "identity"}}}
	}
	kind, _ := splitParams(strings.ToLower(value(req, "Content-Type")))
	if kind == "" || kind == typeSDP || strings.HasPrefix(kind, "multipart/") ||
		strings.Contains(strings.ToLower(value(req, "Content-Disposition")), "optional") {
		return nil
	}
	return &refusal{label: "body", status: sip.StatusUnsupportedMediaType, headers: []Header{{"Accept", "application/sdp, multipart/mixed"}}}
}
