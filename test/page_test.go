package test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestPage runs the scripts of admin/ui/e2e in a real browser against a daemon, with real
// phones, a mail relay and a carrier behind it. It is not parallel: a browser and this
// package's other tests together are more than two cores bear.
func TestPage(t *testing.T) {
	r := startRelay(t)
	d := start(t, options{config: r.config()})
	s, orders := newStage(t, d, r)
	link, err := os.ReadFile(filepath.Join(d.data, "first-login"))
	if err != nil {
		t.Fatal(err)
	}
	shots, many := t.ArtifactDir(), "1000"
	if soak() {
		many = "10000"
	}
	runScripts(t, s, []string{
		"MANY=" + many,
		"STAGE=" + orders, "PAGE=http://" + d.Admin, "FIRST_LOGIN=" + strings.TrimSpace(string(link)),
		"PLATFORM_KEY=" + d.key, "SCREENSHOTS=" + shots,
	})
}

// runScripts runs the browser's scripts and meanwhile does what they ask for.
func runScripts(t *testing.T, s *stage, env []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), acts)
	defer cancel()
	node, err := filepath.Abs("../tools/node.sh")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, node, "npx", "playwright", "test")
	cmd.Dir, cmd.Env = "../admin/ui", append(environment(), env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // the browser ends with the runner
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	var out output
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatalf("cannot run the page's scripts: %v", err)
	}
	done := make(chan struct{})
	var failed error
	go func() {
		defer close(done)
		failed = cmd.Wait()
	}()
	s.play(done)
	if failed != nil {
		t.Errorf("the page's scripts: %v\n%s", failed, out.String())
	}
}
