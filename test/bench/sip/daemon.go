package sip

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
)

// daemonConfig has the daemon listen on free ports of this machine only, with the
// longest registration Kamailio grants.
const daemonConfig = `data_dir: %q
log: {level: warn}
provision: {listen: "127.0.0.1:0"}
admin: {listen: "127.0.0.1:0"}
sip: {udp: ["127.0.0.1:0"], tcp: []}
drain: 1s
`

// startDaemon starts Dialtone on a data folder and waits until it is ready.
func startDaemon(ctx context.Context, program, dir string) (*server, error) {
	return startDaemonWith(ctx, nil, program, dir)
}

// startDaemonWith is startDaemon with more in the environment, NAME=value each.
func startDaemonWith(ctx context.Context, environ []string, program, dir string) (*server, error) {
	config := dir + ".yaml"
	if err := os.WriteFile(config, fmt.Appendf(nil, daemonConfig, dir), 0o600); err != nil {
		return nil, err
	}
	s, err := start("dialtone", "env", append(environ, program, "serve", "--config", config)...)
	if err != nil {
		return nil, err
	}
	var admin string
	err = s.await(ctx, func() bool {
		if admin == "" {
			admin, s.at = listeners(dir)
		}
		return admin != "" && ready(ctx, admin)
	})
	if err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

// listeners reads where the daemon listens, once it has told.
func listeners(dir string) (admin string, udp netip.AddrPort) {
	var at struct {
		Admin string
		SIP   struct{ UDP []netip.AddrPort }
	}
	b, err := os.ReadFile(filepath.Join(dir, "listeners.json"))
	if err != nil || json.Unmarshal(b, &at) != nil || len(at.SIP.UDP) == 0 {
		return "", udp
	}
	return at.Admin, at.SIP.UDP[0]
}

func ready(ctx context.Context, admin string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+admin+"/readyz", nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, resp.Body) // the status says all
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}
