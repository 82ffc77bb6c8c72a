package sip

import (
	"crypto/tls"
	"net"
	"strings"

	"dialtone/store"
)

// provenNames are those the client at the other end has shown a certificate for; nil
// when it has none that counts, and is known by its password alone.
func (s *Server) provenNames(conn net.Conn) []string {
	secure, ok := conn.(*tls.Conn)
	if s.clientCA == nil || !ok {
		return nil
	}
	state := secure.ConnectionState()
	return s.clientCA.Names(&state)
}

// vouched tells whether a client that has shown a certificate may register as a user:
// one of its names is the user name or the whole address.
func vouched(names []string, u *store.SIPUser) bool {
	if len(names) == 0 {
		return true
	}
	address := u.Credential.Username + "@" + u.Domain.Domain
	for _, name := range names {
		if strings.EqualFold(name, u.Credential.Username) || strings.EqualFold(name, address) {
			return true
		}
	}
	return false
}
