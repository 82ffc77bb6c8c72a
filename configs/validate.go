package configs

import (
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Bounds of values, beside those their types have.
const (
	maxDrain     = 24 * time.Hour
	minRetention = time.Hour
	maxExpires   = 1 << 31 // seconds, RFC 3261 section 25.1 delta-seconds in 32 bits
	maxCount     = 1_000_000
	maxUpload    = 64 << 20
)

// Validate reports every value that cannot be used, as [Errors]; the problems
// of a Config that was not loaded carry no file and line.
func (c *Config) Validate() error { return c.problems().err() }

func (c *Config) problems() Errors {
	var k checker
	k.require("data_dir", c.DataDir)
	k.oneOf("log.format", c.Log.Format, FormatText, FormatJSON)
	k.web("provision", c.Provision)
	k.web("admin", c.Admin)
	k.oneAccount(c.Provision.TLS.ACME, c.Admin.TLS.ACME)
	k.phonesOnly(c.Provision.TLS, c.Admin.TLS)
	k.sip(c.SIP, c.ACME().Enabled())
	k.media(c.Media)
	k.mail(c.Mail)
	k.url("transcription.url", c.Transcription.URL)
	k.retention(c.Retention)
	if c.Drain < 0 || c.Drain > maxDrain {
		k.fail("drain", "must be 0s to %s", maxDrain)
	}
	return k.found
}

// checker collects problems.
type checker struct {
	found     Errors
	listeners map[string]string // network and address → the key that has it
}

func (k *checker) fail(key, format string, args ...any) {
	k.found = append(k.found, &Error{Key: key, Reason: fmt.Sprintf(format, args...)})
}

func (k *checker) require(key, value string) {
	if value == "" {
		k.fail(key, "must not be empty")
	}
}

func (k *checker) oneOf(key, value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		k.fail(key, "%q is none of %s", value, strings.Join(allowed, ", "))
	}
}

func (k *checker) count(key string, n, high int) {
	if n < 1 || n > high {
		k.fail(key, "%d is not between 1 and %d", n, high)
	}
}

// together refuses a group of keys of which only some are set.
func (k *checker) together(section string, names []string, values ...string) {
	unset := slices.Index(values, "")
	if unset < 0 || !slices.ContainsFunc(values, func(v string) bool { return v != "" }) {
		return
	}
	k.fail(join(section, names[unset]), "must be set together with %s", strings.Join(
		slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == names[unset] }), " and "))
}

func (k *checker) web(section string, w Web) {
	k.listen(join(section, "listen"), "tcp", w.Listen)
	k.url(join(section, "public_url"), w.PublicURL)
	tls := join(section, "tls")
	k.pair(tls, w.TLS.CertFile)
	k.acme(tls+".acme", w.TLS.ACME)
}

func (k *checker) acme(section string, a ACME) {
	for i, d := range a.Domains {
		if !strings.Contains(d, ".") || !hostName(d) || isAddr(d) {
			k.fail(fmt.Sprintf("%s.domains[%d]", section, i), "%q is not a domain name", d)
		}
	}
	if !a.Enabled() && a.Email+a.Directory+a.HTTP != "" {
		k.fail(section+".domains", "must not be empty when another key of the section is set")
	}
	if a.Email != "" {
		k.mailbox(section+".email", a.Email)
	}
	k.url(section+".directory", a.Directory)
	if a.HTTP != "" {
		k.listen(section+".http", "tcp", a.HTTP)
	}
}

// oneAccount refuses what the two HTTP listeners, which share an ACME account, cannot
// both have.
func (k *checker) oneAccount(provision, admin ACME) {
	for _, s := range []struct{ key, provision, admin string }{
		{"email", provision.Email, admin.Email},
		{"directory", provision.Directory, admin.Directory},
		{"http", provision.HTTP, admin.HTTP},
	} {
		if s.provision != "" && s.admin != "" && s.provision != s.admin {
			k.fail("admin.tls.acme."+s.key, "must be left out or as in provision.tls.acme: both use one account")
		}
	}
}

// phonesOnly refuses what only the phones' listener has, and only with TLS.
func (k *checker) phonesOnly(provision, admin TLS) {
	if provision.ClientCA != "" && !provision.Enabled() {
		k.fail("provision.tls.client_ca", "needs a certificate of ours: cert and key, or acme")
	}
	const reason = "only provision.tls has it"
	if admin.ClientCA != "" {
		k.fail("admin.tls.client_ca", reason)
	}
	if admin.OldPhones {
		k.fail("admin.tls.old_phones", reason)
	}
}

func (k *checker) pair(section string, c CertFile) {
	k.together(section, []string{"cert", "key"}, c.Cert, c.Key)
}

// sip may leave its certificate to the one an ACME authority gives.
func (k *checker) sip(s SIP, acme bool) {
	for i, addr := range s.UDP {
		k.listen(fmt.Sprintf("sip.udp[%d]", i), "udp", addr)
	}
	for i, addr := range s.TCP {
		k.listen(fmt.Sprintf("sip.tcp[%d]", i), "tcp", addr)
	}
	for i, addr := range s.TLS {
		k.listen(fmt.Sprintf("sip.tls[%d]", i), "tcp", addr)
	}
	for i, addr := range s.WSS {
		k.listen(fmt.Sprintf("sip.wss[%d]", i), "tcp", addr)
	}
	k.pair("sip.tls_cert", s.TLSCert.CertFile)
	if len(s.TLS)+len(s.WSS) > 0 && s.TLSCert.CertFile == (CertFile{}) && !acme {
		k.fail("sip.tls_cert.cert", "must be set for sip.tls and sip.wss, unless provision.tls.acme or admin.tls.acme is")
	}
	if s.TLSCert.ClientCA != "" && len(s.TLS)+len(s.WSS) == 0 {
		k.fail("sip.tls_cert.client_ca", "needs sip.tls or sip.wss")
	}
	k.advertised("sip.advertised", s.Advertised)
	if s.BaseDomain != "" && (!hostName(s.BaseDomain) || isAddr(s.BaseDomain)) {
		k.fail("sip.base_domain", "%q is not a domain name", s.BaseDomain)
	}
	k.count("sip.min_expires", s.MinExpires, maxExpires)
	k.count("sip.max_expires", s.MaxExpires, maxExpires)
	if s.MinExpires > s.MaxExpires {
		k.fail("sip.min_expires", "%d is above sip.max_expires, %d", s.MinExpires, s.MaxExpires)
	}
}

func (k *checker) media(m Media) {
	if !m.Address.IsValid() {
		k.fail("media.address", "must not be empty")
	}
	k.advertised("media.advertised", m.Advertised)
}

func (k *checker) mail(m Mail) {
	k.mailbox("mail.from", m.From)
	for i, r := range m.Relays {
		key := fmt.Sprintf("mail.relays[%d]", i)
		if !hostName(r.Host) {
			k.fail(key+".host", "%q is neither a host name nor an IP address", r.Host)
		}
		k.count(key+".port", r.Port, 65535)
		k.oneOf(key+".tls", r.TLS, RelayMandatory, RelayOpportunistic, RelayImplicit, RelayNone)
		k.together(key, []string{"username", "password_file"}, r.Username, r.PasswordFile)
	}
	k.together("mail.dkim", []string{"domain", "selector", "key_file"}, m.DKIM.Domain, m.DKIM.Selector, m.DKIM.KeyFile)
}

func (k *checker) mailbox(key, text string) {
	if a, err := mail.ParseAddress(text); err != nil || strings.ContainsAny(a.Address, "\r\n") {
		k.fail(key, "%q is not a mail address", text)
	}
}

func (k *checker) retention(r Retention) {
	for _, h := range []struct {
		key string
		d   time.Duration
	}{
		{"audit", r.Audit},
		{"provisioning_events", r.ProvisioningEvents},
		{"call_records", r.CallRecords},
		{"recordings", r.Recordings},
		{"faxes", r.Faxes},
		{"emergency_calls", r.EmergencyCalls},
	} {
		if h.d < minRetention {
			k.fail(join("retention", h.key), "must be at least %s", minRetention)
		}
	}
	k.count("retention.provisioning_events_per_device", r.ProvisioningEventsPerDevice, maxCount)
	k.count("retention.registration_failures_per_user", r.RegistrationFailuresPerUser, maxCount)
	k.count("retention.phone_uploads_per_kind", r.PhoneUploadsPerKind, maxCount)
	k.count("retention.phone_upload_bytes", r.PhoneUploadBytes, maxUpload)
}

// listen checks an address to listen on, and that no other key has it.
func (k *checker) listen(key, network, addr string) {
	host, port, err := net.SplitHostPort(addr)
	n, perr := strconv.ParseUint(port, 10, 16)
	switch {
	case err != nil || host != "" && !hostName(host):
		k.fail(key, "%q is not an address and port such as 0.0.0.0:5060", addr)
		return
	case perr != nil:
		k.fail(key, "%q: the port must be 0 to 65535", addr)
		return
	case n == 0:
		return
	}
	if other, taken := k.listeners[network+addr]; taken {
		k.fail(key, "%q is already taken by %s", addr, other)
		return
	}
	if k.listeners == nil {
		k.listeners = make(map[string]string)
	}
	k.listeners[network+addr] = key
}

// url checks an absolute http or https URL; empty is fine.
func (k *checker) url(key, text string) {
	if text == "" {
		return
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || !hostName(u.Hostname()):
		k.fail(key, "%q is not an absolute http:// or https:// URL", text)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.ContainsAny(text, "?#"):
		k.fail(key, "%q must not have a user, a query or a fragment", text)
	}
}

// advertised checks a name or address told to peers: one they can send to.
func (k *checker) advertised(key, host string) {
	if host == "" {
		return
	}
	if !hostName(host) {
		k.fail(key, "%q is neither a host name nor an IP address (without a port)", host)
		return
	}
	if a, err := netip.ParseAddr(host); err == nil && (a.Unmap().IsUnspecified() || a.IsMulticast()) {
		k.fail(key, "%q is not an address a peer can send to", host)
	}
}

func isAddr(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil
}

// hostName accepts an IP address or a name of letters, digits and hyphens
// (RFC 1123 section 2.1). A name that only looks like an address is neither.
func hostName(s string) bool {
	if a, err := netip.ParseAddr(s); err == nil {
		return a.Zone() == ""
	}
	labels := strings.Split(strings.TrimSuffix(s, "."), ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' || strings.ContainsFunc(l, notLDH) {
			return false
		}
	}
	_, err := strconv.Atoi(labels[len(labels)-1])
	return len(s) <= 253 && err != nil
}

func notLDH(r rune) bool {
	return r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
}
