package test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dialtone/test/peer"
)

// TestBackupAndRestore: a daemon on a restored folder answers as the one backed up.
func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o := newOffice(t, d)
	phone := peer.StartPhone(t, config(t, o.url, o.phones[0]).account(t))
	phone.Register(t, 3600)
	o.awaitRegistered(t, o.phones[0])

	file := filepath.Join(t.TempDir(), "dialtone.backup")
	if status, _, errs := run(t, nil, "backup", "--config", d.config, "--out", file); status != 0 {
		t.Fatalf("backup: status %d, %s", status, errs)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("backup: %v, %v", info, err)
	}
	status, stream, errs := run(t, nil, "backup", "--config", d.config, "--out", "-")
	if status != 0 || !strings.HasPrefix(stream, "dialtone backup ") {
		t.Fatalf("backup to standard output: status %d, %s", status, errs)
	}

	want := answers(t, o)
	for name, restore := range map[string]struct {
		in    string
		stdin []byte
	}{"file": {file, nil}, "standard input": {"-", []byte(stream)}} {
		data := filepath.Join(t.TempDir(), "data")
		if status, _, errs := run(t, restore.stdin, "restore", "--config", writeConfig(t, data, baseConfig), "--in", restore.in); status != 0 {
			t.Fatalf("%s: status %d, %s", name, status, errs)
		}
		again := *o
		again.d = start(t, options{data: data})
		again.url = strings.Replace(o.url, d.Provision, again.d.Provision, 1)
		if diff := cmp.Diff(want, answers(t, &again)); diff != "" {
			t.Errorf("%s: the restored daemon answers otherwise (-want +got):\n%s", name, diff)
		}
	}
}

// answers is what an office's daemon says, without its own ports.
func answers(t *testing.T, o *office) map[string]string {
	t.Helper()
	own := strings.NewReplacer(o.d.Provision, "PROVISION", o.d.Admin, "ADMIN", port(o.d.SIP.UDP[0]), "UDP", port(o.d.SIP.TCP[0]), "TCP")
	all := map[string]string{}
	for _, path := range []string{
		"", "/locations", "/users", "/extensions", "/sip_domains", "/credential_lists", "/credential_lists/" + o.list + "/credentials",
		"/credential_attachments", "/button_templates", "/devices/" + o.phones[0].id + "/buttons", "/provisioning", "/registrations",
	} {
		all[path] = own.Replace(o.d.call(t, http.MethodGet, o.path+path, nil).String())
	}
	for _, p := range o.phones {
		dev := o.device(t, p)
		all[p.model] = fmt.Sprint(dev["id"], dev["revision"], dev["mac"], dev["lines"], dev["updated_at"])
		file := fetch(t, http.MethodGet, o.url+bare(p.mac)+".cfg", p.agent, nil)
		all[p.model+" file"] = own.Replace(file.String())
	}
	return all
}

func port(addr string) string { return addr[strings.LastIndexByte(addr, ':')+1:] }

// TestRefusedRestore: a folder with something in it, and what is no whole backup.
func TestRefusedRestore(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	newOffice(t, d)
	_, stream, _ := run(t, nil, "backup", "--config", d.config, "--out", "-")
	backup := []byte(stream)
	flipped := bytes.Clone(backup)
	flipped[len(flipped)/2] ^= 1
	for name, tc := range map[string]struct {
		data  string
		stdin []byte
	}{
		"folder in use": {d.data, backup},
		"nothing":       {filepath.Join(t.TempDir(), "data"), nil},
		"cut short":     {filepath.Join(t.TempDir(), "data"), backup[:len(backup)/2]},
		"damaged":       {filepath.Join(t.TempDir(), "data"), flipped},
		"more":          {filepath.Join(t.TempDir(), "data"), append(bytes.Clone(backup), 0)},
		"something":     {filepath.Join(t.TempDir(), "data"), []byte(strings.Repeat("not a backup\n", 100))},
	} {
		status, _, errs := run(t, tc.stdin, "restore", "--config", writeConfig(t, tc.data, baseConfig), "--in", "-")
		if status != 1 || !strings.Contains(errs, "cannot restore") || strings.Count(errs, "not a complete backup") > 1 {
			t.Errorf("%s: status %d, %q", name, status, errs)
		}
		if _, err := os.Stat(tc.data); tc.data != d.data && err == nil {
			t.Errorf("%s: the folder is left", name)
		}
	}
	if err := d.ready(); err != nil {
		t.Error(err)
	}
}

// TestRefusedBackup: without a daemon, and with a wrong key, nothing is left behind.
func TestRefusedBackup(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	file := filepath.Join(t.TempDir(), "dialtone.backup")
	wantRefusal := func(name, says string) {
		t.Helper()
		status, _, errs := run(t, nil, "backup", "--config", d.config, "--out", file)
		if status != 1 || !strings.Contains(errs, says) {
			t.Errorf("%s: status %d, %q", name, status, errs)
		}
		if left, err := filepath.Glob(filepath.Join(filepath.Dir(file), "*")); err != nil || len(left) > 0 {
			t.Errorf("%s: left %q, %v", name, left, err)
		}
	}
	if err := os.WriteFile(filepath.Join(d.data, "platform.key"), []byte("dt_wrong\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	wantRefusal("wrong key", "401")
	d.stop()
	wantRefusal("no daemon", fmt.Sprintf("dialtone: cannot back up: no daemon runs on the data folder %q\n", d.data))
}
