package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"path/filepath"
)

// Goals of a configuration over HTTPS with a new connection each, in CPU time beside
// nginx.
const (
	goalECDSA = 0.7
	goalRSA   = 1.5
)

// connectShare is how many fewer connections there are than requests of the fetch
// part: each costs that much more.
const connectShare = 40

// https measures phones that fetch their configuration over a connection of their own
// each, as after a power cut.
func (b *bench) https() error {
	dir := filepath.Join(b.scratch, "https")
	one, err := furnish(b.ctx, dir, shape{accounts: 1, phones: 100})
	if err != nil {
		return err
	}
	for _, kind := range []x509.PublicKeyAlgorithm{x509.ECDSA, x509.RSA} {
		if err := b.httpsWith(dir, one.path(), kind); err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
	}
	return nil
}

// httpsWith measures with one kind of certificate.
func (b *bench) httpsWith(dir, path string, kind x509.PublicKeyAlgorithm) error {
	pair, err := b.issue(kind)
	if err != nil {
		return err
	}
	d, _, err := b.startSecureDaemon(dir, pair)
	if err != nil {
		return err
	}
	defer d.stop()
	file := filepath.Join(b.scratch, "config")
	_, body, err := download("https://"+d.provision+path, file)
	if err != nil {
		return err
	}
	nginx, err := b.startSecureNginx("nginx-"+kind.String(), path, body, pair)
	if err != nil {
		return err
	}
	defer nginx.process.stop()
	all := []candidate{nginx, {"ours", d.provision, d.process}}
	for _, exchange := range []tls.CurveID{tls.CurveP256, tls.X25519} {
		work := fmt.Sprintf("https %s %s ", kind, exchange)
		for round := range b.rounds + 1 { // the first warms up
			for turn := range all {
				i := (turn + round) % len(all)
				c := all[i]
				spent, err := b.connect(c, path, file, exchange)
				if err != nil {
					return fmt.Errorf("round %d: %s: %w", round, c.name, err)
				}
				if round > 0 {
					b.report.sample(work+[]string{"nginx", "ours"}[i], spent)
				}
			}
		}
		b.reportHTTPS(kind, exchange, work)
	}
	return nil
}

// connect gives a server its turn and tells the CPU time of one connection, in
// microseconds.
func (b *bench) connect(c candidate, path, file string, exchange tls.CurveID) (float64, error) {
	before, err := c.process.cpu()
	if err != nil {
		return 0, err
	}
	got, err := b.generate("connect", c, path, file, max(b.requests/connectShare, b.conns), "-exchange", fmt.Sprint(uint16(exchange)))
	if err != nil {
		return 0, err
	}
	after, err := c.process.cpu()
	return microseconds(after-before) / float64(got.Requests), err
}

// reportHTTPS has a goal for the key exchange that phones know.
func (b *bench) reportHTTPS(kind x509.PublicKeyAlgorithm, exchange tls.CurveID, work string) {
	goal, size := goalECDSA, "P-256"
	if kind == x509.RSA {
		goal, size = goalRSA, fmt.Sprint(rsaBits)
	}
	ratio := b.report.ratio(work+"ours", work+"nginx")
	r := row{
		Work: fmt.Sprintf("GET over HTTPS, new connection each, TLS 1.3, %s %s, key exchange %s: CPU", kind, size, exchange),
		Ours: fmt.Sprintf("%.0f µs", b.report.median(work+"ours")), Peer: fmt.Sprintf("%.0f µs nginx", b.report.median(work+"nginx")),
		Ratio: fmt.Sprintf("%.2f peer", ratio),
	}
	if exchange == tls.CurveP256 {
		r.Goal, r.Met = fmt.Sprintf("≤ %.1f peer", goal), met(ratio <= goal)
	}
	b.report.add(r)
}
