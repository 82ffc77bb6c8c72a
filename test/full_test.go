package test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"dialtone/test/peer"
)

// smallDisk mounts a file system of its own for the test.
func smallDisk(t *testing.T, megabytes int) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("none", dir, "tmpfs", 0, fmt.Sprintf("size=%dm", megabytes)); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("cannot mount a small disk: %v", err)
		}
		t.Skipf("cannot mount a small disk (root only): %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fillUp writes a file until the disk has no byte left.
func fillUp(t *testing.T, disk string) (filler string) {
	t.Helper()
	filler = filepath.Join(disk, "filler")
	f, err := os.OpenFile(filler, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	chunk := make([]byte, 64<<10)
	for len(chunk) > 0 {
		_, err := f.Write(chunk)
		switch {
		case errors.Is(err, syscall.ENOSPC):
			chunk = chunk[:len(chunk)/2]
		case err != nil:
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return filler
}

// TestFullDisk: changes are refused with a code, reads and provisioning go on, and
// what was answered is still there when there is room again.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t, 192)
	d := start(t, options{data: filepath.Join(disk, "data")})
	o := newOffice(t, d)
	ada := o.phones[0]
	config(t, o.url, ada)
	phone := peer.StartPhone(t, config(t, o.url, ada).account(t))
	if resp := phone.Register(t, 3600); resp.Status() != 200 {
		t.Fatalf("registration: %s", resp)
	}
	filler := fillUp(t, disk)

	acknowledged := map[string]bool{}
	refused := 0
	for i := range 3000 {
		a := d.call(t, http.MethodPost, o.path+"/users", object{"name": "Somebody", "email": fmt.Sprintf("full%d@%s", i, o.domain)})
		switch {
		case a.status == http.StatusCreated:
			acknowledged[a.body.id()] = true
			continue // room that was set aside
		case a.status != http.StatusServiceUnavailable || a.code() != "no_space" || a.header.Get("Retry-After") == "":
			t.Fatalf("on a full disk: %s", a)
		}
		if refused++; refused == 3 {
			break
		}
	}
	if refused == 0 {
		t.Fatal("3000 changes were taken on a full disk")
	}

	for _, p := range o.phones {
		config(t, o.url, p)
	}
	if a := fetch(t, http.MethodPut, o.url+bare(ada.mac)+"-local.cfg", ada.agent, []byte("#!version:1.0.0.1\n")); a.status != http.StatusServiceUnavailable {
		t.Errorf("an upload on a full disk: %s", a)
	}
	wantUsers(t, o, acknowledged)
	if len(d.all(t, o.path+"/registrations")) != 1 {
		t.Error("the registration is gone")
	}

	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	await(t, "service with room again", func() error {
		a := d.call(t, http.MethodPost, o.path+"/users", object{"name": "Late", "email": "late@" + o.domain})
		if a.status != http.StatusCreated {
			return errors.New(a.String())
		}
		acknowledged[a.body.id()] = true
		return nil
	})
	if resp := phone.Register(t, 3600); resp.Status() != 200 {
		t.Errorf("registration with room again: %s", resp)
	}
	d.kill()
	o.d = d.restart()
	wantUsers(t, o, acknowledged)
}

func wantUsers(t *testing.T, o *office, ids map[string]bool) {
	t.Helper()
	stored := map[string]bool{}
	for _, u := range o.d.all(t, o.path+"/users") {
		stored[u.id()] = true
	}
	for id := range ids {
		if !stored[id] {
			t.Errorf("user %s was acknowledged and is gone", id)
		}
	}
}
