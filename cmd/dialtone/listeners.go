package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
)

// listenersFile tells, in the data folder, where a running daemon listens.
const listenersFile = "listeners.json"

// listeners are the addresses a daemon really listens on, as one on the same machine
// reaches them: 127.0.0.1 stands for a wildcard.
type listeners struct {
	Provision string       `json:"provision"`
	Admin     string       `json:"admin"`
	SIP       sipListeners `json:"sip"`
	ACME      string       `json:"acme,omitempty"` // where an authority's checks over HTTP come
}

type sipListeners struct {
	UDP []string `json:"udp"`
	TCP []string `json:"tcp"`
	TLS []string `json:"tls"`
	WSS []string `json:"wss"`
}

// reachable writes the addresses with 127.0.0.1 for wildcards; never nil.
func reachable(addrs ...netip.AddrPort) []string {
	list := make([]string, 0, len(addrs))
	for _, a := range addrs {
		if a.Addr().IsUnspecified() {
			a = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), a.Port())
		}
		list = append(list, a.String())
	}
	return list
}

// tcpAddr is the address of a TCP listener.
func tcpAddr(a net.Addr) netip.AddrPort {
	t, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	ap := t.AddrPort()
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}

// write puts the file into the data folder.
func (l *listeners) write(dir string) error {
	return writeFile(filepath.Join(dir, listenersFile), func(w io.Writer) error {
		if err := json.NewEncoder(w).Encode(l); err != nil {
			return fmt.Errorf("cannot tell where the daemon listens: %w", err)
		}
		return nil
	})
}

// forgetListeners removes the file: it must not outlive what it tells.
func forgetListeners(dir string) error {
	err := os.Remove(filepath.Join(dir, listenersFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// readListeners finds out where the daemon of a data folder listens.
func readListeners(dir string) (*listeners, error) {
	path := filepath.Join(dir, listenersFile)
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	l := &listeners{}
	if err := json.Unmarshal(b, l); err != nil {
		return nil, fmt.Errorf("cannot read %q: %w", path, err)
	}
	return l, nil
}
