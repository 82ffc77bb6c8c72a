package record

import (
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Bounds of webhooks.
const (
	MaxWebhooks      = 50 // per account
	MaxWebhookURL    = 2000
	MaxWebhookEvents = 50
)

// WebhookSecretPrefix starts every webhook's secret.
const WebhookSecretPrefix = "whsec_"

// Webhook is an address that is told of events.
type Webhook struct {
	Meta
	URL          string   `json:"url" doc:"Where events are posted: https, or http at an address of the own network."`
	Events       []string `json:"events" doc:"Which events: names such as call.ended, or call.*, fax.*, device.*, registration.*."`
	Enabled      bool     `json:"enabled" doc:"Whether events are posted."`
	Description  string   `json:"description" doc:"What it is for."`
	SecretSealed []byte   `json:"-" cbor:"secret"`
}

// NewWebhook is an enabled one.
func NewWebhook() *Webhook { return &Webhook{Enabled: true} }

// Kind names webhooks.
func (w *Webhook) Kind() Kind { return KindWebhook }

// Unique is empty: one address may be told of different events.
func (w *Webhook) Unique() []Unique { return nil }

// References is empty.
func (w *Webhook) References() []Reference { return nil }

// Clone is a deep copy.
func (w *Webhook) Clone() Record { return deepCopy(w) }

// Wants says whether the webhook is told of an event such as call.ended.
func (w *Webhook) Wants(event string) bool {
	return w.Enabled && slices.ContainsFunc(w.Events, func(pattern string) bool {
		family, all := strings.CutSuffix(pattern, "*")
		return pattern == event || all && strings.HasPrefix(event, family)
	})
}

var eventPattern = regexp.MustCompile(`^(call|fax|device|registration)\.(\*|[a-z][a-z_]{0,31})$`)

// Validate checks the webhook alone.
func (w *Webhook) Validate() error {
	var p Problems
	w.checkURL(&p)
	switch n := len(w.Events); {
	case n == 0:
		p.Add("events", CodeRequired, "must name at least one event, such as call.*")
	case n > MaxWebhookEvents:
		p.Add("events", CodeTooMany, "must be at most %d", MaxWebhookEvents)
	}
	for i, e := range w.Events {
		if !eventPattern.MatchString(e) {
			p.Add(index("events", i), CodeInvalid, "must be an event of call, fax, device or registration, such as call.ended or call.*")
		}
		if slices.Contains(w.Events[:i], e) {
			p.Add(index("events", i), CodeDuplicate, "is in the list already")
		}
	}
	p.text("description", &w.Description, MaxText)
	return p.Err()
}

// checkURL keeps webhooks from being a way to ask the machine's own environment: what a
// name resolves to is checked again with WebhookAddr when an event is posted.
func (w *Webhook) checkURL(p *Problems) {
	w.URL = strings.TrimSpace(w.URL)
	u, err := url.Parse(w.URL)
	if err != nil || len(w.URL) > MaxWebhookURL || strings.ContainsAny(w.URL, " \t\r\n") ||
		u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		p.Add("url", CodeInvalid, "must be an https URL of at most %d characters", MaxWebhookURL)
		return
	}
	if u.User != nil || u.Fragment != "" {
		p.Add("url", CodeInvalid, "must have no user name, password or fragment")
		return
	}
	host := cleanHost(u.Hostname())
	addr, err := netip.ParseAddr(host)
	switch {
	case err == nil && !WebhookAddr(addr):
		p.Add("url", CodeInvalid, "must not be a link-local, multicast or unspecified address")
	case err != nil && !hostPattern.MatchString(host), err != nil && onlyDigits(host):
		p.Add("url", CodeInvalid, "must have a host name or an IP address")
	case u.Scheme == "http" && host != "localhost" && !ownNetwork(addr):
		p.Add("url", CodeInvalid, "must be https; http is for addresses of the own network only")
	}
}

// onlyDigits says whether a host is a number some resolvers take for an address.
func onlyDigits(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	return strings.Trim(last, "0123456789") == "" || strings.HasPrefix(last, "0x")
}

// WebhookAddr says whether an event may be posted to an address: not to link-local ones,
// among which clouds serve their machines' secrets, nor to what is no single host.
func WebhookAddr(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsValid() && !a.IsLinkLocalUnicast() && !a.IsMulticast() && !a.IsUnspecified() &&
		a != netip.AddrFrom4([4]byte{255, 255, 255, 255}) && !cloudMetadata(a)
}

// cloudMetadata are metadata services outside of the link-local networks: Alibaba's, and
// the IPv6 one of Amazon.
func cloudMetadata(a netip.Addr) bool {
	return a == netip.AddrFrom4([4]byte{100, 100, 100, 200}) || a == netip.MustParseAddr("fd00:ec2::254")
}

// ownNetwork says whether an address is the machine's or a private network's.
func ownNetwork(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsLoopback() || a.IsPrivate()
}
