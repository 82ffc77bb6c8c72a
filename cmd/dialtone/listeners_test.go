package main

import (
	"errors"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReachable(t *testing.T) {
	got := reachable(
		netip.MustParseAddrPort("0.0.0.0:5060"), netip.MustParseAddrPort("[::]:5061"),
		netip.MustParseAddrPort("192.0.2.7:5062"), netip.MustParseAddrPort("[2001:db8::7]:5063"),
	)
	want := []string{"127.0.0.1:5060", "127.0.0.1:5061", "192.0.2.7:5062", "[2001:db8::7]:5063"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestListenersFile(t *testing.T) {
	dir := t.TempDir()
	l := &listeners{Provision: "127.0.0.1:1", Admin: "127.0.0.1:2", SIP: sipListeners{
		UDP: []string{"127.0.0.1:3"}, TCP: reachable(), TLS: reachable(), WSS: reachable(),
	}}
	if err := l.write(dir); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, listenersFile))
	const want = `{"provision":"127.0.0.1:1","admin":"127.0.0.1:2","sip":{"udp":["127.0.0.1:3"],"tcp":[],"tls":[],"wss":[]}}` + "\n"
	if err != nil || string(text) != want {
		t.Errorf("%s, %v", text, err)
	}
	back, err := readListeners(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(l, back); diff != "" {
		t.Error(diff)
	}
	for range 2 {
		if err := forgetListeners(dir); err != nil {
			t.Error(err)
		}
	}
	if _, err := readListeners(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a forgotten file: %v", err)
	}
}

// A write that fails leaves what was there, and nothing beside it.
func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	put := func(text string, err error) error {
		return writeFile(path, func(w io.Writer) error {
			_, _ = io.WriteString(w, text)
			return err
		})
	}
	if err := put("first", nil); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken off")
	if err := put("second", broken); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	text, err := os.ReadFile(path)
	left, dirErr := os.ReadDir(dir)
	if err != nil || dirErr != nil || string(text) != "first" || len(left) != 1 {
		t.Errorf("%q, %v, %v, %v", text, left, err, dirErr)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
}
