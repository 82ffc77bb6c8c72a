package trunk

import (
	"context"
	"net/netip"
	"strings"
)

// Destination is one address of a carrier.
type Destination struct {
	// Transport is udp, tcp or tls.
	Transport string
	Address   netip.AddrPort
	// Host is what the trunk calls it, host or host:port, for the Request-URI.
	Host string
	// ServerName is whose certificate is expected over TLS.
	ServerName string
}

// Requester sends requests outside dialogs. It returns the final response, whatever its status; an error means there
// was none. It answers no challenges.
type Requester interface {
	Do(ctx context.Context, to Destination, r Request) (Response, error)
}

// Request is a REGISTER or OPTIONS.
type Request struct {
	Method string
	// Target is the Request-URI.
	Target string
	// From and To are URIs. An empty From is one of ours toward the destination.
	From, To string
	// FromTag, CallID and CSeq are the same, the same and rising over the registrations of one trunk; empty and 0
	// leave the choice to the Requester.
	FromTag, CallID string
	CSeq            uint32
	// ContactUser is the user part of our Contact, whose host and port face the destination; empty sends none.
	ContactUser string
	// Headers are sent as they are.
	Headers []Header
}

// Header is one header field.
type Header struct{ Name, Value string }

// Response is a final response.
type Response struct {
	Status  int
	Reason  string
	Headers []Header
}

// values are the header's values in order; header names are compared without case and in their long form.
func (r *Response) values(name string) []string {
	var list []string
	for _, h := range r.Headers {
		if strings.EqualFold(h.Name, name) {
			list = append(list, h.Value)
		}
	}
	return list
}

func (r *Response) value(name string) string {
	if list := r.values(name); len(list) > 0 {
		return strings.TrimSpace(list[0])
	}
	return ""
}
