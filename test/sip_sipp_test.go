package test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestSIPp: sipp registers, refreshes and unregisters over UDP and TCP.
func TestSIPp(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	phones := 0
	for transport, addr := range map[string]string{"u1": d.SIP.UDP[0], "t1": d.SIP.TCP[0]} {
		t.Run(transport, func(t *testing.T) {
			o := newOffice(t, d) // its own: a user may register five times a second
			phones += len(o.phones)
			runSIPp(t, o, "phone", transport, addr)
			if list := d.all(t, o.path+"/registrations"); len(list) != 0 {
				t.Errorf("still registered: %v", list)
			}
		})
	}
	if ok := metric(t, d, `dialtone_sip_register_requests_total{result="ok"}`); ok != 3*float64(phones) {
		t.Errorf("%v registrations counted", ok)
	}
}

// runSIPp plays one of our scenarios once for each phone of an office.
func runSIPp(t *testing.T, o *office, scenario, transport, addr string) {
	t.Helper()
	path, err := exec.LookPath("sipp")
	if err != nil {
		t.Fatalf("sipp is not installed (Debian package sip-tester): %v", err)
	}
	file, err := filepath.Abs(filepath.Join("testdata", "sipp", scenario+".xml"))
	if err != nil {
		t.Fatal(err)
	}
	users := "SEQUENTIAL\n"
	for _, p := range o.phones {
		users += fmt.Sprintf("%[1]s;%[2]s;%[3]s;[authentication username=%[1]s password=%[2]s]\n", p.username, p.password, o.domain)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "users.csv"), []byte(users), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, addr, "-sf", file, "-inf", "users.csv", "-t", transport, "-i", "127.0.0.1",
		"-m", fmt.Sprint(len(o.phones)), "-timeout", "20s", "-timeout_error", "-nostdin", "-trace_err", "-error_file", "errors.log")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		errs, _ := os.ReadFile(filepath.Join(dir, "errors.log"))
		t.Errorf("sipp: %v\n%s\n%s", err, errs, lastLines(string(out), 40))
	}
}

func lastLines(text string, n int) string {
	lines := strings.Split(text, "\n")
	return strings.Join(lines[max(len(lines)-n, 0):], "\n")
}
