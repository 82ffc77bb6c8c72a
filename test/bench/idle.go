package main

import (
	"bufio"
	"crypto/x509"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// goalIdle is what an idle connection over TLS may keep resident, in bytes.
const goalIdle = 20_000

// sipOptions is a request that is answered without credentials.
const sipOptions = "OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/TLS a;branch=z9hG4bK1\r\nMax-Forwards: 70\r\nFrom: <sip:a@a>;tag=1\r\n" +
	"To: <sip:a@a>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"

// idle measures the memory of connections over TLS that have been used once and say
// nothing, on a daemon that has just started.
func (b *bench) idle() error {
	dir := filepath.Join(b.scratch, "idle")
	one, err := furnish(b.ctx, dir, shape{accounts: 1, phones: 100})
	if err != nil {
		return err
	}
	pair, err := b.issue(x509.ECDSA)
	if err != nil {
		return err
	}
	get := fmt.Sprintf("GET %s HTTP/1.1\r\nHost: a\r\nUser-Agent: %s\r\n\r\n", one.path(), agent)
	for _, what := range []struct {
		name, request string
		at            func(*daemon) string
	}{
		{"SIP over TLS", sipOptions, func(d *daemon) string { return d.sipTLS }},
		{"provisioning over HTTPS", get, func(d *daemon) string { return d.provision }},
	} {
		if err := b.idleAt(dir, pair, what.name, what.request, what.at); err != nil {
			return fmt.Errorf("%s: %w", what.name, err)
		}
	}
	return nil
}

func (b *bench) idleAt(dir string, pair keyPair, name, request string, at func(*daemon) string) error {
	d, _, err := b.startSecureDaemon(dir, pair)
	if err != nil {
		return err
	}
	defer d.stop()
	if err := b.held(at(d), request, 1, func() error { return nil }); err != nil { // what the first one brings is not its own
		return err
	}
	before, err := b.settle(d)
	if err != nil {
		return err
	}
	return b.held(at(d), request, b.idlers, func() error {
		after, err := b.settle(d)
		if err != nil {
			return err
		}
		each := float64(after-before) / float64(b.idlers)
		b.report.sample("idle "+name+" bytes", each)
		b.report.add(row{
			Work: fmt.Sprintf("idle connection, %s, resident, %d of them", name, b.idlers), Ours: fmt.Sprintf("%.1f KB", each/1000),
			Goal: fmt.Sprintf("≤ %d KB", goalIdle/1000), Met: met(each <= goalIdle),
		})
		return nil
	})
}

// held runs while so many connections are held by a process of their own.
func (b *bench) held(address, request string, conns int, run func() error) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(b.ctx, self, "hold", "-address", address, "-request", request, "-conns", strconv.Itoa(conns))
	cmd.Stderr = os.Stderr
	release, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err == nil && strings.TrimSpace(line) == "connected" {
		err = run()
	}
	_ = release.Close()
	_, _ = io.Copy(io.Discard, out) // its end
	if ended := cmd.Wait(); err == nil {
		err = ended
	}
	return err
}
