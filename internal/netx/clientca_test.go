package netx

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"testing"
	"time"
)

func TestClient(t *testing.T) {
	vendor, other := newAuthority(t, "Phones"), newAuthority(t, "Others")
	files := load(t, newAuthority(t, "a").issueFiles(t, keyECDSA, "p.example"))
	caFile := t.TempDir() + "/ca.pem"
	if _, err := LoadClientCA(caFile); err == nil {
		t.Error("loaded a file that is not there")
	}
	write(t, caFile, pemOf(vendor.cert))
	ca, err := LoadClientCA(caFile)
	if err != nil {
		t.Fatal(err)
	}
	server := ServerTLS{Profile: ProfilePhone, Files: files, ClientCA: ca}.Config()
	named := func(cn string) *x509.Certificate { return &x509.Certificate{Subject: pkix.Name{CommonName: cn}} }
	expired := named("001565aabbcc")
	expired.NotBefore, expired.NotAfter = time.Now().Add(-2*time.Hour), time.Now().Add(-time.Hour)
	forServers := named("001565AABBCC")
	forServers.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	phone := MAC{0x00, 0x15, 0x65, 0xaa, 0xbb, 0xcc}
	for _, tc := range []struct {
		name   string
		shown  []tls.Certificate
		mac    MAC
		status ClientStatus
	}{
		{"nothing", nil, MAC{}, ClientNone},
		{"a phone", []tls.Certificate{vendor.client(t, named("00:15:65:AA:BB:CC"))}, phone, ClientDevice},
		{"of another use", []tls.Certificate{vendor.client(t, forServers)}, phone, ClientDevice},
		{"generic", []tls.Certificate{vendor.client(t, named("Generic Phone"))}, MAC{}, ClientGeneric},
		{"of others", []tls.Certificate{other.client(t, named("001565aabbcc"))}, MAC{}, ClientUntrusted},
		{"expired", []tls.Certificate{vendor.client(t, expired)}, MAC{}, ClientUntrusted},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
				state, _, err := connect(t, server, &tls.Config{MaxVersion: version, GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
					if tc.shown == nil {
						return &tls.Certificate{}, nil
					}
					return &tc.shown[0], nil // whatever the server asks for, as phones do
				}})
				if err != nil {
					t.Fatal(err)
				}
				if mac, status := ca.Client(&state); mac != tc.mac || status != tc.status {
					t.Errorf("%x %s, want %x %s", mac, status, tc.mac, tc.status)
				}
				if mac, ok := ca.ClientMAC(&state); mac != tc.mac || ok != (tc.status == ClientDevice) {
					t.Errorf("ClientMAC: %x %t", mac, ok)
				}
			}
		})
	}

	write(t, caFile, []byte("nothing"))
	if ca.Reload() == nil {
		t.Error("loaded a file without certificates")
	}
	// Of others no more, by a reload, even for a session of before.
	client := &tls.Config{ServerName: "p.example", ClientSessionCache: tls.NewLRUClientSessionCache(1), Certificates: []tls.Certificate{vendor.client(t, named("001565aabbcc"))}}
	if state, _, err := connect(t, server, client); err != nil || state.DidResume {
		t.Fatal(err, state.DidResume)
	} else if mac, ok := ca.ClientMAC(&state); !ok || mac != phone {
		t.Errorf("%x %t", mac, ok)
	}
	write(t, caFile, pemOf(other.cert))
	if err := ca.Reload(); err != nil {
		t.Fatal(err)
	}
	state, _, err := connect(t, server, client)
	if err != nil || !state.DidResume {
		t.Fatal(err, state.DidResume)
	}
	if _, status := ca.Client(&state); status != ClientUntrusted {
		t.Errorf("after the authority was taken away: %s", status)
	}
	if _, status := ca.Client(nil); status != ClientNone {
		t.Errorf("without TLS: %s", status)
	}
}
