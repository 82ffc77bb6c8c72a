package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// daemonConfig has the daemon listen on free ports of this machine only.
const daemonConfig = `data_dir: %s
log: {level: warn}
provision: {listen: "127.0.0.1:0"}
admin: {listen: "127.0.0.1:0"}
sip: {udp: ["127.0.0.1:0"], tcp: ["127.0.0.1:0"]}
`

// secureConfig is daemonConfig with TLS for phones, both ways.
const secureConfig = `data_dir: %s
log: {level: warn}
provision: {listen: "127.0.0.1:0", tls: {cert: %[2]q, key: %[3]q}}
admin: {listen: "127.0.0.1:0"}
sip: {udp: ["127.0.0.1:0"], tcp: [], tls: ["127.0.0.1:0"], tls_cert: {cert: %[2]q, key: %[3]q}}
`

// daemon is a running Dialtone.
type daemon struct {
	*process
	provision, admin string // addresses
	sipTLS           string // "" without
	key              string // platform key
}

// startDaemon runs the built binary on a data folder until it says it is ready, and
// tells how long that took.
func (b *bench) startDaemon(dir string) (*daemon, time.Duration, error) {
	return b.startConfigured(dir, fmt.Appendf(nil, daemonConfig, dir))
}

// startSecureDaemon is startDaemon with TLS for phones.
func (b *bench) startSecureDaemon(dir string, p keyPair) (*daemon, time.Duration, error) {
	return b.startConfigured(dir, fmt.Appendf(nil, secureConfig, dir, p.cert, p.key))
}

func (b *bench) startConfigured(dir string, text []byte) (*daemon, time.Duration, error) {
	config := filepath.Join(b.scratch, "dialtone.yaml")
	if err := os.WriteFile(config, text, 0o600); err != nil {
		return nil, 0, err
	}
	d := &daemon{}
	took, err := lasts(func() (err error) {
		if d.process, err = start(b.ctx, nil, b.daemon, "serve", "--config", config); err != nil {
			return err
		}
		return d.ready(b.ctx, func() bool { return d.findListeners(dir) && answers("http://"+d.admin+"/readyz") })
	})
	if err == nil {
		var key []byte
		key, err = os.ReadFile(filepath.Join(dir, "platform.key"))
		d.key = strings.TrimSpace(string(key))
	}
	if err != nil && d.process != nil {
		d.stop()
	}
	return d, took, err
}

// findListeners reads where the daemon listens, once it has told.
func (d *daemon) findListeners(dir string) bool {
	b, err := os.ReadFile(filepath.Join(dir, "listeners.json"))
	if err != nil {
		return false
	}
	var at struct {
		Provision, Admin string
		SIP              struct{ TLS []string }
	}
	if json.Unmarshal(b, &at) != nil {
		return false
	}
	d.provision, d.admin = at.Provision, at.Admin
	if len(at.SIP.TLS) > 0 {
		d.sipTLS = at.SIP.TLS[0]
	}
	return true
}

// answers says whether a GET is answered with 200.
func answers(url string) bool {
	resp, err := http.Get(url) //nolint:gosec,noctx // an address of this machine, polled
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, resp.Body) // the status says all
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// listens says whether somebody accepts connections.
func listens(address string) bool {
	c, err := net.Dial("tcp", address) //nolint:noctx // of this machine, polled
	if err == nil {
		_ = c.Close()
	}
	return err == nil
}

// metric reads one of the daemon's metrics without labels.
func (b *bench) metric(d *daemon, name string) (float64, error) {
	req, err := http.NewRequestWithContext(b.ctx, http.MethodGet, "http://"+d.admin+"/metrics", nil)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", "Bearer "+d.key)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	value := ""
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		if rest, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
			value = rest
		}
	}
	if err := lines.Err(); err != nil {
		return 0, err
	}
	if value == "" {
		return 0, fmt.Errorf("cannot find metric %q: %s", name, resp.Status)
	}
	return strconv.ParseFloat(value, 64)
}
