package test

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestVersion(t *testing.T) {
	t.Parallel()
	status, out, _ := run(t, nil, "version")
	if status != 0 || out != "dialtone 1.2.3-test\n" {
		t.Errorf("status %d, %q", status, out)
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"nothing":         nil,
		"unknown command": {"dial"},
		"no config":       {"serve"},
		"unknown flag":    {"serve", "--config", "x.yaml", "--verbose"},
		"no output":       {"backup", "--config", "x.yaml"},
		"no input":        {"restore", "--config", "x.yaml"},
		"missing file":    {"serve", "--config", filepath.Join(t.TempDir(), "none.yaml")},
	} {
		status, out, errs := run(t, nil, args...)
		if status != 2 || out != "" || !strings.HasPrefix(errs, "dialtone: ") {
			t.Errorf("%s: status %d, %q, %q", name, status, out, errs)
		}
	}
	if status, out, _ := run(t, nil, "--help"); status != 0 || !strings.Contains(out, "restore") {
		t.Errorf("--help: status %d, %q", status, out)
	}
}

// TestBadConfiguration: serve ends with 2 and names file, line, key and reason; check
// has them as findings.
func TestBadConfiguration(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, config, says string }{
		{"unknown key", "sip:\n  upd: []\n", ":3: sip.upd: "},
		{"unknown section", "telephony: {}\n", ":2: telephony: "},
		{"wrong type", "sip: {udp: {a: 1}}\n", ":2: sip.udp: "},
		{"wrong value", "log: {level: loud}\n", ":2: log.level: "},
		{"bad address", "provision: {listen: nowhere}\n", ":2: provision.listen: "},
		{"one address twice", "sip: {udp: [\"127.0.0.1:5090\", \"127.0.0.1:5090\"]}\n", "sip.udp[1]: "},
		{"key without certificate", "admin: {tls: {key: k.pem}}\n", "admin.tls.cert: "},
		{"not YAML", "a: [\n", "dialtone.yaml:"},
		{"certificate not there", "admin: {tls: {cert: /none/c.pem, key: /none/k.pem}}\n", "/none/c.pem"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			file := writeConfig(t, filepath.Join(t.TempDir(), "data"), tc.config)
			status, _, errs := run(t, nil, "serve", "--config", file)
			if status != 2 || !strings.Contains(errs, tc.says) {
				t.Errorf("serve: status %d, %q; want 2 and %q", status, errs, tc.says)
			}
			status, out, _ := run(t, nil, "check", "--config", file)
			if status != 1 || !strings.Contains(out, "fail ") || !strings.Contains(out, tc.says) {
				t.Errorf("check: status %d, %q; want 1 and %q", status, out, tc.says)
			}
		})
	}
}

// TestCheck: one line a finding, before and beside a running daemon.
func TestCheck(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	fresh := filepath.Join(t.TempDir(), "data")
	certFile, keyFile := writeCertificate(t, t.TempDir(), "phones.example")
	d := start(t, options{})
	fixed := fmt.Sprintf("provision: {listen: %q}\nadmin: {listen: %q}\nsip: {udp: [%q], tcp: [%q]}\n", d.Provision, d.Admin, d.SIP.UDP[0], d.SIP.TCP[0])
	for _, tc := range []struct {
		name, data, config string
		status             int
		says               []string
	}{
		{"fresh", fresh, baseConfig, 0, []string{"ok   config: ", "ok   data_dir: ", "ok   sip.udp[0]: any free udp port", "ok   trunks: "}},
		{"port taken", fresh, fmt.Sprintf("provision: {listen: %q}\nadmin: {listen: '127.0.0.1:0'}\nsip: {udp: [], tcp: []}\n", taken.Addr()), 1, []string{"fail provision.listen: "}},
		{"running", d.data, fixed, 0, []string{"ok   data_dir: " + d.data + " is held by a running daemon", "is held by the running daemon"}},
		{"mail unreachable", fresh, baseConfig + "mail: {relays: [{host: 127.0.0.1, port: 1}]}\n", 0, []string{"warn mail.relays[0]: "}},
		{"mail reachable", fresh, baseConfig + fmt.Sprintf("mail: {relays: [{host: 127.0.0.1, port: %d}]}\n", taken.Addr().(*net.TCPAddr).Port), 0, []string{"ok   mail.relays[0]: "}},
		{"no such name", fresh, strings.Replace(baseConfig, "min_expires", "advertised: nobody.invalid, min_expires", 1), 1, []string{"fail sip.advertised: nobody.invalid"}},
		{"certificate about to end", fresh, strings.Replace(baseConfig, `"127.0.0.1:0"}`, fmt.Sprintf(`"127.0.0.1:0", tls: {cert: %q, key: %q}}`, certFile, keyFile), 1), 0, []string{"warn provision.tls: "}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			status, out, errs := run(t, nil, "check", "--config", writeConfig(t, tc.data, tc.config))
			if status != tc.status {
				t.Errorf("status %d, want %d: %s%s", status, tc.status, out, errs)
			}
			for _, line := range tc.says {
				if !strings.Contains(out, line) {
					t.Errorf("no line with %q in:\n%s", line, out)
				}
			}
			for line := range strings.Lines(out) {
				if !strings.HasPrefix(line, "ok   ") && !strings.HasPrefix(line, "warn ") && !strings.HasPrefix(line, "fail ") {
					t.Errorf("not a finding: %q", line)
				}
			}
		})
	}
	if _, err := os.Stat(fresh); err == nil {
		t.Error("check has made the data folder")
	}
	if a := d.call(t, http.MethodGet, "/v1/accounts", nil); a.status != http.StatusOK {
		t.Errorf("after the checks: %s", a)
	}
}

// TestCannotServe: what goes wrong at the start ends the daemon with 1 and a reason.
func TestCannotServe(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	for name, tc := range map[string]struct{ data, config, says string }{
		"data folder in use": {d.data, baseConfig, "in use"},
		"port in use":        {filepath.Join(t.TempDir(), "data"), strings.Replace(baseConfig, "127.0.0.1:0", d.Provision, 1), "address already in use"},
	} {
		status, _, errs := run(t, nil, "serve", "--config", writeConfig(t, tc.data, tc.config))
		if status != 1 || !strings.Contains(errs, tc.says) {
			t.Errorf("%s: status %d, %q", name, status, errs)
		}
	}
	if err := d.ready(); err != nil {
		t.Errorf("the first daemon: %v", err)
	}
}
