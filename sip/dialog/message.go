package dialog

import (
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/emiago/sipgo/sip"
)

const (
	// allow is the methods we take.
	allow = "INVITE, ACK, CANCEL, BYE, PRACK, UPDATE, INFO, REFER, NOTIFY, SUBSCRIBE, OPTIONS, MESSAGE"
	// supported is the extensions we know.
	supported     = "100rel, timer, replaces, norefersub"
	supportedLate = "timer, replaces, norefersub"
	// defaultMaxForwards is RFC 3261 8.1.1.6.
	defaultMaxForwards = 70

	typeSDP = "application/sdp"
)

// newTag is 128 random bits.
func newTag() string { return strings.ToLower(rand.Text()) }

// parseURI reads a URI we are going to send to.
func parseURI(s string) (sip.Uri, error) {
	var uri sip.Uri
	if strings.ContainsFunc(s, func(r rune) bool { return isControl(r) || r == ' ' || r == '<' || r == '>' || r == '"' }) {
		return uri, fmt.Errorf("cannot use URI %q: %w", s, ErrURI)
	}
	if err := sip.ParseUri(s, &uri); err != nil {
		return uri, fmt.Errorf("cannot use URI %q: %w", s, err)
	}
	switch uri.Scheme {
	case "sip", "sips":
		if uri.Host == "" || uri.Wildcard || uri.Port < 0 || uri.Port > 65535 {
			return uri, fmt.Errorf("cannot use URI %q: %w", s, ErrURI)
		}
	case "tel", "urn":
	default:
		return uri, fmt.Errorf("cannot use URI %q: %w", s, ErrURI)
	}
	return uri, nil
}

// nameAddr is the URI and display name of From or To, without tag.
type nameAddr struct {
	display string // escaped
	uri     sip.Uri
	params  sip.HeaderParams
}

func parseAddress(a Address) (nameAddr, error) {
	uri, err := parseURI(a.URI)
	return nameAddr{display: escape(a.Display), uri: uri}, err
}

func (n *nameAddr) withTag(tag string) sip.HeaderParams {
	p := make(sip.HeaderParams, 0, len(n.params)+1)
	for _, kv := range n.params {
		if !strings.EqualFold(kv.K, "tag") {
			p = append(p, kv)
		}
	}
	if tag != "" {
		p = append(p, sip.HeaderKV{K: "tag", V: tag})
	}
	return p
}

func (n *nameAddr) from(tag string) *sip.FromHeader {
	return &sip.FromHeader{DisplayName: n.display, Address: n.uri, Params: n.withTag(tag)}
}

func (n *nameAddr) to(tag string) *sip.ToHeader {
	return &sip.ToHeader{DisplayName: n.display, Address: n.uri, Params: n.withTag(tag)}
}

// tagOf is the tag among a header's parameters; their names have no case.
func tagOf(p sip.HeaderParams) string {
	for _, kv := range p {
		if strings.EqualFold(kv.K, "tag") {
			return kv.V
		}
	}
	return ""
}

func fromTag(m sip.Message) string {
	if h := m.From(); h != nil {
		return tagOf(h.Params)
	}
	return ""
}

func toTag(m sip.Message) string {
	if h := m.To(); h != nil {
		return tagOf(h.Params)
	}
	return ""
}

// contactOf is the URI of a message's Contact, false when it has none to send to.
func contactOf(m interface{ Contact() *sip.ContactHeader }) (sip.Uri, bool) {
	c := m.Contact()
	if c == nil || c.Address.Wildcard || c.Address.Host == "" {
		return sip.Uri{}, false
	}
	return *c.Address.Clone(), true
}

// via names us as the peer has to answer us.
func via(f *Flow) *sip.ViaHeader {
	return &sip.ViaHeader{
		ProtocolName: "SIP", ProtocolVersion: "2.0", Transport: strings.ToUpper(f.Transport), Host: bracket(f.Host), Port: f.Port,
		Params: sip.HeaderParams{{K: "branch", V: sip.RFC3261BranchMagicCookie + newTag()}, {K: "rport"}},
	}
}

// contact is where requests inside a dialog reach us.
func contact(f *Flow, user string) *sip.ContactHeader {
	uri := sip.Uri{Scheme: "sip", User: user, Host: bracket(f.Host), Port: f.Port}
	if f.stream() {
		transport := f.Transport
		if transport == "wss" {
			transport = "ws" // RFC 7118 5.1: there is no transport=wss
		}
		uri.UriParams = sip.HeaderParams{{K: "transport", V: transport}}
	}
	return &sip.ContactHeader{Address: uri}
}

// contactUser is a user part we can put into our Contact: s if it needs no escaping.
func contactUser(s, otherwise string) string {
	if s == "" || len(s) > 64 || strings.ContainsFunc(s, func(r rune) bool {
		return (r|0x20 < 'a' || r|0x20 > 'z') && (r < '0' || r > '9') && !strings.ContainsRune("-_.+*", r)
	}) {
		return otherwise
	}
	return s
}

// bracket writes an IPv6 address as a URI's host wants it.
func bracket(host string) string {
	if strings.Contains(host, ":") && !strings.HasPrefix(host, "[") {
		return "[" + host + "]"
	}
	return host
}

// setBody sets body and Content-Type.
func setBody(m sip.Message, contentType string, body []byte) {
	if len(body) > 0 {
		t := sip.ContentTypeHeader(harmless(contentType))
		m.AppendHeader(&t)
		m.SetBody(body)
		return
	}
	m.SetBody(nil)
}
