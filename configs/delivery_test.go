package configs

import "testing"

// The configurations of the Debian package and of the container image are valid, and keep
// the page on this machine.
func TestDelivered(t *testing.T) {
	for _, file := range []string{"debian/dialtone.yaml", "container.yaml"} {
		cfg, err := Load(file, nil)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if cfg.Admin.Listen != "127.0.0.1:8081" || cfg.DataDir == "./data" {
			t.Errorf("%s: data in %q, page on %q", file, cfg.DataDir, cfg.Admin.Listen)
		}
	}
}
