package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strconv"

	"dialtone/admin"
	"dialtone/internal/netx"
	"dialtone/sip"
	"dialtone/sip/registrar"
	"dialtone/store/record"
)

// The faces do not know each other. What one shows of another goes through here.

// live is the running system as the administration sees it.
type live struct{ d *daemon }

// ByAccount lists the contacts of an account.
func (l *live) ByAccount(account record.ID) []admin.Registration {
	return registrations(l.d.edge.Bindings(account), "")
}

// ByCredential lists the contacts registered with a credential.
func (l *live) ByCredential(account, credential record.ID) []admin.Registration {
	return registrations(l.d.edge.Bindings(account), credential)
}

// registrations are the bindings of a credential, of any for "".
func registrations(bindings []registrar.Binding, credential record.ID) []admin.Registration {
	list := make([]admin.Registration, 0, len(bindings))
	for i := range bindings {
		b := &bindings[i]
		if credential != "" && b.Credential != string(credential) {
			continue
		}
		list = append(list, admin.Registration{
			AOR: b.AOR, Credential: record.ID(b.Credential), Contact: b.Contact, Source: b.Source,
			Transport: b.Transport.String(), UserAgent: b.UserAgent, RegisteredAt: b.RegisteredAt, ExpiresAt: b.ExpiresAt,
		})
	}
	return list
}

// CheckSync has a phone fetch its configuration.
func (l *live) CheckSync(ctx context.Context, device record.ID, reboot bool) ([]admin.LineResult, error) {
	results := l.d.edge.CheckSync(ctx, device, reboot)
	list := make([]admin.LineResult, 0, len(results))
	for _, r := range results {
		list = append(list, admin.LineResult{Line: r.Line, Result: r.Result})
	}
	return list, nil
}

// Listener is where a softphone connects to.
func (l *live) Listener(peer netip.Addr, transport string) (host string, port int, err error) {
	at := l.d.edge.Addrs()
	bound := map[string][]netip.AddrPort{"udp": at.UDP, "tcp": at.TCP, "tls": at.TLS}[transport]
	if len(bound) == 0 {
		return "", 0, admin.ErrNoListener
	}
	if host = l.d.cfg.SIP.Advertised; host == "" {
		host = facing(bound[0].Addr(), peer).String()
	}
	return host, int(bound[0].Port()), nil
}

// Bans lists the sources that are banned from registering.
func (l *live) Bans() []admin.Ban {
	bans := l.d.edge.Bans()
	list := make([]admin.Ban, 0, len(bans))
	for _, b := range bans {
		list = append(list, admin.Ban{
			Source: b.Source, Since: b.Since, Until: b.Until, Failures: b.Failures, Cause: b.Reason, Level: b.Level,
		})
	}
	return list
}

// Lift ends the ban of a source.
func (l *live) Lift(source netip.Addr) bool { return l.d.edge.Lift(source) }

// provisionURL is the base of provisioning URLs as the host of a request sees it.
func (l *live) provisionURL(r *http.Request) string {
	return baseURL(l.d.cfg.Provision.PublicURL, &l.d.certs.provision, l.d.phones.Addr(), r)
}

// adminURL is that of the administration.
func (l *live) adminURL(r *http.Request) string {
	return baseURL(l.d.cfg.Admin.PublicURL, &l.d.certs.admin, l.d.api.Address(), r)
}

func baseURL(public string, cert *certificate, bound net.Addr, r *http.Request) string {
	if public != "" {
		return public
	}
	addr := tcpAddr(bound)
	host := addr.Addr()
	if local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok && host.IsUnspecified() {
		host = netx.AddrOf(local).WithZone("")
	}
	return cert.scheme() + "://" + net.JoinHostPort(host.String(), strconv.Itoa(int(addr.Port())))
}

// notifier reaches phones over SIP for the provisioning server.
type notifier struct{ edge *sip.Server }

// Registered says whether any line of the device is.
func (n notifier) Registered(device record.ID) bool { return n.edge.Registered(device) }

// InCall says whether the device has a call.
func (n notifier) InCall(device record.ID) bool { return n.edge.InCall(device) }

// errNotDelivered: no line of the phone took the message.
var errNotDelivered = errors.New("no line of the phone took the check-sync")

// CheckSync is done when any line took it.
func (n notifier) CheckSync(ctx context.Context, device record.ID, reboot bool) error {
	for _, r := range n.edge.CheckSync(ctx, device, reboot) {
		if r.Result == sip.Delivered {
			return nil
		}
	}
	return errNotDelivered
}
