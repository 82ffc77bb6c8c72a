package provision

import (
	"crypto/tls"

	"dialtone/internal/netx"
	"dialtone/store/record"
)

// client is who a phone is by its certificate; zero where nobody asks for one.
type client struct {
	status netx.ClientStatus
	mac    record.MAC // for netx.ClientDevice
	detail string     // for the administrator
}

// What the administrator reads of certificates.
const (
	clientNone      = "no client certificate"
	clientUntrusted = "client certificate of an unknown authority"
	clientGeneric   = "client certificate that is not of a single phone"
	clientDevice    = "client certificate of the phone"
)

// read looks at the certificate of a connection.
func (c *client) read(ca *netx.ClientCA, state *tls.ConnectionState) {
	mac, status := ca.Client(state)
	c.mac, c.status = record.MAC(mac), status
	c.detail = [...]string{
		netx.ClientNone: clientNone, netx.ClientUntrusted: clientUntrusted,
		netx.ClientGeneric: clientGeneric, netx.ClientDevice: clientDevice,
	}[status]
}

// impostor tells whether the certificate is not of the phone with that MAC, whose
// files are asked for; zero is no phone in particular. Without a certificate, or with
// one nobody we know vouches for, a phone is nobody in particular either: the token
// alone lets it in. A maker's generic certificate is in every phone that has no own.
func (c *client) impostor(mac record.MAC) bool {
	switch c.status {
	case netx.ClientGeneric:
		return true
	case netx.ClientDevice:
		if mac == (record.MAC{}) || mac == c.mac {
			return false
		}
		c.detail = "client certificate of " + c.mac.String()
		return true
	}
	return false
}
