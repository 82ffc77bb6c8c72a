package test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// phoneFiles are the configurations an office's phones fetch, without the daemon's ports.
func phoneFiles(t *testing.T, o *office) map[string]string {
	t.Helper()
	own := strings.NewReplacer(o.d.Provision, "PROVISION", o.d.Admin, "ADMIN", port(o.d.SIP.UDP[0]), "UDP", port(o.d.SIP.TCP[0]), "TCP")
	files := map[string]string{}
	for _, p := range o.phones {
		files[p.model] = own.Replace(fetch(t, http.MethodGet, o.url+bare(p.mac)+".cfg", p.agent, nil).String())
	}
	return files
}

// TestAccountFile: an account that moves to another daemon gives its phones the same
// configurations under the same token; without its secrets it asks for a new URL.
func TestAccountFile(t *testing.T) {
	t.Parallel()
	d, other := start(t, options{}), start(t, options{})
	o := newOffice(t, d)
	dir := t.TempDir()
	pass, file := filepath.Join(dir, "pass"), filepath.Join(dir, "account")
	if err := os.WriteFile(pass, []byte("correct horse battery staple\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := func(args ...string) string {
		t.Helper()
		status, out, errs := run(t, nil, args...)
		if status != 0 {
			t.Fatalf("%q: status %d, %s", args, status, errs)
		}
		return out
	}
	good("export", "--config", d.config, "--account", o.id, "--out", file, "--secrets", "sealed", "--passphrase-file", pass)
	text, err := os.ReadFile(file)
	if err != nil || strings.Contains(string(text), o.phones[0].password) {
		t.Errorf("the file tells a password, or cannot be read: %v", err)
	}
	if out := good("import", "--config", other.config, "--account", o.id, "--in", file, "--passphrase-file", pass, "--dry-run"); !strings.Contains(out, "would import") {
		t.Errorf("dry run says %q", out)
	}
	if out := good("import", "--config", other.config, "--in", file, "--passphrase-file", pass); !strings.Contains(out, "2 device") {
		t.Errorf("import says %q", out)
	}
	moved := *o
	moved.d, moved.url = other, strings.Replace(o.url, d.Provision, other.Provision, 1)
	if diff := cmp.Diff(phoneFiles(t, o), phoneFiles(t, &moved)); diff != "" {
		t.Errorf("the phones' files differ (-before +after):\n%s", diff)
	}
	status, _, errs := run(t, nil, "import", "--config", other.config, "--in", file, "--passphrase-file", pass)
	if status != 1 || !strings.Contains(errs, "nothing was imported") || !strings.Contains(errs, "is there already") {
		t.Errorf("imported twice: status %d, %s", status, errs)
	}
	third := start(t, options{})
	plain := good("export", "--config", d.config, "--account", o.id, "--out", "-")
	status, out, errs := run(t, []byte(plain), "import", "--config", third.config, "--in", "-")
	if status != 0 || !strings.Contains(out, "made anew: credential desk1001: password") {
		t.Errorf("without secrets: status %d, %s%s", status, out, errs)
	}
}

// TestAccountFileUsage: what is asked for wrongly is told before anything is done.
func TestAccountFileUsage(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	for name, args := range map[string][]string{
		"sealed without a passphrase":   {"export", "--account", "acct_1", "--out", "-", "--secrets", "sealed"},
		"no such passphrase file":       {"export", "--account", "acct_1", "--out", "-", "--secrets", "sealed", "--passphrase-file", "/nonexistent"},
		"table with secrets":            {"export", "--account", "acct_1", "--out", "-", "--devices", "--secrets", "sealed"},
		"devices into no account":       {"import", "--in", "-", "--devices"},
		"devices with new identifiers":  {"import", "--in", "-", "--devices", "--account", "acct_1", "--new-ids"},
		"no account":                    {"export", "--out", "-"},
		"another word for what to seal": {"export", "--account", "acct_1", "--out", "-", "--secrets", "some"},
	} {
		args = append(args, "--config", d.config)
		if status, _, errs := run(t, nil, args...); status != 2 || errs == "" {
			t.Errorf("%s: status %d, %s", name, status, errs)
		}
	}
	if status, _, errs := run(t, nil, "export", "--config", d.config, "--account", "acct_1", "--out", "-"); status != 1 || !strings.Contains(errs, "404") {
		t.Errorf("unknown account: status %d, %s", status, errs)
	}
}

// TestDeviceTable: devices leave as a table and come back from one.
func TestDeviceTable(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o := newOffice(t, d)
	_, table, _ := run(t, nil, "export", "--config", d.config, "--account", o.id, "--out", "-", "--devices")
	if !strings.Contains(table, o.phones[0].mac) || !strings.Contains(table, "desk1001,"+o.domain) {
		t.Fatalf("table is\n%s", table)
	}
	load := func(table string, args ...string) (int, string) {
		t.Helper()
		status, out, errs := run(t, []byte(table), append([]string{"import", "--config", d.config, "--account", o.id, "--in", "-", "--devices"}, args...)...)
		return status, out + errs
	}
	if status, says := load(table); status != 0 || !strings.Contains(says, "0 created, 0 changed, 2 unchanged, 0 wrong") {
		t.Errorf("status %d, %s", status, says)
	}
	more := strings.Replace(table, "Ada Front", "Reception", 1)
	if status, says := load(more, "--dry-run"); status != 0 || !strings.Contains(says, "1 changed") || !strings.Contains(says, "dry run") {
		t.Errorf("status %d, %s", status, says)
	}
	if status, says := load(more + "deskphone,nonsense\n"); status != 1 || !strings.Contains(says, "nothing was imported") && !strings.Contains(says, "not CSV") {
		t.Errorf("status %d, %s", status, says)
	}
	if got := o.device(t, o.phones[0]).str("name"); got != "Ada Front" {
		t.Errorf("the phone is called %q", got)
	}
	load(more)
	if got := o.device(t, o.phones[0]).str("name"); got != "Reception" {
		t.Errorf("the phone is called %q", got)
	}
}

// TestAuditVerify: the chains verify while the daemon runs and while it does not.
func TestAuditVerify(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o := newOffice(t, d)
	verify := func(args ...string) string {
		t.Helper()
		status, out, errs := run(t, nil, append([]string{"audit", "verify", "--config", d.config}, args...)...)
		if status != 0 {
			t.Errorf("status %d, %s%s", status, out, errs)
		}
		return out
	}
	running := verify()
	if !strings.Contains(running, "intact  "+o.id) || !strings.Contains(running, "intact  platform") {
		t.Errorf("while it runs: %s", running)
	}
	d.stop()
	if out := verify(); strings.Count(out, "intact") != 2 {
		t.Errorf("while it is stopped: %s", out)
	}
	if out := verify("--account", o.id); strings.Count(out, "intact") != 1 {
		t.Errorf("one account: %s", out)
	}
}
