package netx

import (
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"testing"
	"time"
)

func TestProfiles(t *testing.T) {
	a := newAuthority(t, "a")
	c := load(t, a.issueFiles(t, keyECDSA, "p.example"), a.issueFiles(t, keyRSA, "p.example"))
	suite := func(version, id uint16) *tls.Config {
		return &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: version, CipherSuites: []uint16{id}} //nolint:gosec // an old phone
	}
	const no = 0
	for _, tc := range []struct {
		name                   string
		client                 *tls.Config
		modern, phone, ancient uint16 // the version agreed on, or no
	}{
		{"today", &tls.Config{}, tls.VersionTLS13, tls.VersionTLS13, tls.VersionTLS13},
		{"ECDHE ECDSA GCM", suite(tls.VersionTLS12, tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256), tls.VersionTLS12, tls.VersionTLS12, tls.VersionTLS12},
		{"ECDHE RSA CBC", suite(tls.VersionTLS12, tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA), no, tls.VersionTLS12, tls.VersionTLS12},
		{"AES256-SHA", suite(tls.VersionTLS12, tls.TLS_RSA_WITH_AES_256_CBC_SHA), no, tls.VersionTLS12, tls.VersionTLS12},
		{"AES128-SHA", suite(tls.VersionTLS12, tls.TLS_RSA_WITH_AES_128_CBC_SHA), no, tls.VersionTLS12, tls.VersionTLS12},
		{"TLS 1.1", suite(tls.VersionTLS11, tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA), no, no, tls.VersionTLS11},
		{"TLS 1.0", suite(tls.VersionTLS10, tls.TLS_RSA_WITH_AES_256_CBC_SHA), no, no, tls.VersionTLS10},
		{"3DES", suite(tls.VersionTLS12, tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA), no, no, no},
		{"RC4", suite(tls.VersionTLS12, tls.TLS_RSA_WITH_RC4_128_SHA), no, no, no},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for profile, want := range map[Profile]uint16{ProfileModern: tc.modern, ProfilePhone: tc.phone, ProfileOldPhone: tc.ancient} {
				_, state, err := connect(t, ServerTLS{Profile: profile, Files: c}.Config(), tc.client)
				if err != nil {
					state.Version = no
				}
				if state.Version != want {
					t.Errorf("profile %d: version %x, want %x (%v)", profile, state.Version, want, err)
				}
			}
		})
	}
}

// hello is a ClientHello (RFC 5246 section 7.4.1.2) without extensions, as
// firmware of 2012 says it.
func hello(suites ...uint16) []byte {
	body := append([]byte{3, 3}, make([]byte, 32)...) // version, random
	body = append(body, 0)                            // no session
	body = binary.BigEndian.AppendUint16(body, uint16(2*len(suites)))
	for _, s := range suites {
		body = binary.BigEndian.AppendUint16(body, s)
	}
	body = append(body, 1, 0) // no compression
	message := append([]byte{1, 0, 0, byte(len(body))}, body...)
	return append([]byte{22, 3, 1, 0, byte(len(message))}, message...)
}

// A TLS 1.2 client that says nothing of signatures wants SHA-1: it is served
// without a signature.
func TestClientWithoutSignatureAlgorithms(t *testing.T) {
	a := newAuthority(t, "a")
	c := load(t, a.issueFiles(t, keyECDSA, "p.example"), a.issueFiles(t, keyRSA, "p.example"))
	near, far := net.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer far.Close()
		_ = tls.Server(far, ServerTLS{Profile: ProfilePhone, Files: c}.Config()).Handshake()
	}()
	_ = near.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := near.Write(hello(tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA, tls.TLS_RSA_WITH_AES_256_CBC_SHA)); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 5+4+2+32+1)
	if _, err := io.ReadFull(near, answer); err != nil {
		t.Fatal(err)
	}
	if answer[0] != 22 || answer[5] != 2 {
		t.Fatalf("answered %x, want a ServerHello", answer)
	}
	rest := make([]byte, int(answer[len(answer)-1])+2) // session, suite
	if _, err := io.ReadFull(near, rest); err != nil {
		t.Fatal(err)
	}
	if got := binary.BigEndian.Uint16(rest[len(rest)-2:]); got != tls.TLS_RSA_WITH_AES_256_CBC_SHA {
		t.Errorf("suite %s, want the one without a signature", tls.CipherSuiteName(got))
	}
	_ = near.Close()
	<-done
}

func TestWantsSHA1(t *testing.T) {
	old, now := []uint16{tls.VersionTLS12, tls.VersionTLS11, tls.VersionTLS10}, []uint16{tls.VersionTLS13, tls.VersionTLS12}
	for _, tc := range []struct {
		name     string
		versions []uint16
		schemes  []tls.SignatureScheme
		want     bool
	}{
		{"nothing said", old, nil, true},
		{"SHA-1 only", old, []tls.SignatureScheme{tls.PKCS1WithSHA1, tls.ECDSAWithSHA1, 0x0202}, true},
		{"SHA-256 too", old, []tls.SignatureScheme{tls.PKCS1WithSHA1, tls.PKCS1WithSHA256}, false},
		{"TLS 1.1", old[1:], nil, false},
		{"TLS 1.3", now, []tls.SignatureScheme{tls.PKCS1WithSHA1}, false},
	} {
		if got := wantsSHA1(&tls.ClientHelloInfo{SupportedVersions: tc.versions, SignatureSchemes: tc.schemes}); got != tc.want {
			t.Errorf("%s: %t", tc.name, got)
		}
	}
}

// Sessions outlive connections and reloads of certificates and authorities.
func TestResumption(t *testing.T) {
	a := newAuthority(t, "a")
	f := a.issueFiles(t, keyRSA, "p.example")
	files := load(t, f)
	caFile := t.TempDir() + "/ca.pem"
	write(t, caFile, pemOf(a.cert))
	ca, err := LoadClientCA(caFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		t.Run(tls.VersionName(version), func(t *testing.T) {
			server := ServerTLS{Profile: ProfilePhone, Files: files, ClientCA: ca, Protocols: []string{"http/1.1"}}.Config()
			client := &tls.Config{MaxVersion: version, ServerName: "p.example", ClientSessionCache: tls.NewLRUClientSessionCache(4)}
			for i, between := range []func() error{func() error { return nil }, func() error { return nil }, files.Reload, ca.Reload} {
				if err := between(); err != nil {
					t.Fatal(err)
				}
				state, _, err := connect(t, server, client)
				if err != nil || state.DidResume != (i > 0) {
					t.Errorf("connection %d: resumed %t, %v", i, state.DidResume, err)
				}
			}
		})
	}
}
