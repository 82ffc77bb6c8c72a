package test

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"dialtone/test/peer"
)

// phoneClient speaks as phones do: a connection for each file.
var phoneClient = &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DisableCompression: true}}

// fetch is what a phone does with one file of a provisioning URL.
func fetch(t testing.TB, method, url, agent string, body []byte) *answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("User-Agent", agent)
	resp, err := phoneClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	a := &answer{status: resp.StatusCode, header: resp.Header}
	if a.raw, err = io.ReadAll(resp.Body); err != nil {
		t.Fatal(err)
	}
	return a
}

// bare is a MAC as phones write it in file names.
func bare(mac string) string { return strings.ReplaceAll(mac, ":", "") }

// config fetches and reads a phone's own file.
func config(t testing.TB, url string, p *deskPhone) settings {
	t.Helper()
	a := fetch(t, http.MethodGet, url+bare(p.mac)+".cfg", p.agent, nil)
	if a.status != http.StatusOK {
		t.Fatalf("configuration of %s: %s", p.model, a)
	}
	return parseConfig(t, a.raw)
}

// settings are the parameters of a Yealink file.
type settings map[string]string

// parseConfig reads one: "key = value" lines and comments, each key once.
func parseConfig(t testing.TB, file []byte) settings {
	t.Helper()
	text, ended := strings.CutSuffix(string(file), "\n")
	if !ended || strings.Contains(text, "\r") || !strings.HasPrefix(text, "#!version:1.0.0.1\n") {
		t.Fatalf("not a Yealink file: %.80q", file)
	}
	s := settings{}
	for line := range strings.SplitSeq(text, "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, value, found := strings.Cut(line, " = ")
		if _, twice := s[key]; !found || twice {
			t.Fatalf("line %q: no value, or set twice", line)
		}
		s[key] = value
	}
	return s
}

// account is the phone's first line, as another phone registers with it.
func (s settings) account(t testing.TB) peer.Account {
	t.Helper()
	const line = "account.1."
	if s[line+"enable"] != "1" || s[line+"outbound_proxy_enable"] != "1" || s[line+"user_name"] != s[line+"auth_name"] {
		t.Fatalf("the first line is not set up: %v", s)
	}
	transport := map[string]string{"0": "udp", "1": "tcp", "2": "tls"}[s[line+"transport_type"]]
	if transport == "" {
		t.Fatalf("transport %q", s[line+"transport_type"])
	}
	return peer.Account{
		User: s[line+"user_name"], Password: s[line+"password"], Domain: s[line+"sip_server.1.address"], Transport: transport,
		Proxy: net.JoinHostPort(s[line+"outbound_proxy.1.address"], s[line+"outbound_proxy.1.port"]),
	}
}
