package test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience ends the waiting of tests that fail.
const patience = 30 * time.Second

// baseConfig listens on free ports of the loopback only.
const baseConfig = `
provision: {listen: "127.0.0.1:0"}
admin: {listen: "127.0.0.1:0"}
sip: {udp: ["127.0.0.1:0"], tcp: ["127.0.0.1:0"], min_expires: 5}
drain: 5s
`

// options of a daemon; what is left out has its default.
type options struct {
	data   string   // data folder; empty = a new one
	config string   // YAML without data_dir; empty = baseConfig
	args   []string // after serve
	env    []string // more of the environment
}

// daemon is a running dialtone.
type daemon struct {
	Provision, Admin, ACME string
	SIP                    struct{ UDP, TCP, TLS, WSS []string }

	t      testing.TB
	data   string // folder
	config string // file
	key    string // of the platform
	cmd    *exec.Cmd
	out    *output
	log    *output
	exited chan struct{}
	once   sync.Once
}

// output is what a process has written.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// start runs a daemon and waits until it is ready. It is stopped with the test, which
// fails when the daemon does not end well or has a race.
func start(t testing.TB, o options) *daemon {
	t.Helper()
	d := launch(t, o)
	d.awaitReady()
	return d
}

// launch runs a daemon and waits for nothing.
func launch(t testing.TB, o options) *daemon {
	t.Helper()
	d := &daemon{t: t, data: cmp.Or(o.data, filepath.Join(t.TempDir(), "data")), out: &output{}, log: &output{}, exited: make(chan struct{})}
	d.config = writeConfig(t, d.data, cmp.Or(o.config, baseConfig))
	// Not bound to the test's context: that ends before the daemon is told to stop.
	d.cmd = exec.CommandContext(context.WithoutCancel(t.Context()), binary, append([]string{"serve", "--config", d.config}, o.args...)...)
	d.cmd.Stdout, d.cmd.Stderr, d.cmd.Env = d.out, d.log, append(environment(), o.env...)
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(d.exited)
		_ = d.cmd.Wait() // ProcessState tells
	}()
	t.Cleanup(d.finish)
	return d
}

// environment is ours without what is the daemon's to read: the variables that steer
// the tests are no keys of its configuration.
func environment() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "DIALTONE_") })
}

func writeConfig(t testing.TB, data, config string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "dialtone.yaml")
	if err := os.WriteFile(file, []byte(fmt.Sprintf("data_dir: %q\n%s", data, config)), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// awaitReady waits for listeners.json and /readyz.
func (d *daemon) awaitReady() {
	d.t.Helper()
	await(d.t, "readiness", func() error {
		select {
		case <-d.exited:
			d.t.Fatalf("the daemon ended with %s:\n%s", d.cmd.ProcessState, d.log)
		default:
		}
		return d.ready()
	})
	key, err := os.ReadFile(filepath.Join(d.data, "platform.key"))
	if err != nil {
		d.t.Fatal(err)
	}
	d.key = strings.TrimSpace(string(key))
}

func (d *daemon) ready() error {
	b, err := os.ReadFile(filepath.Join(d.data, "listeners.json"))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, d); err != nil {
		return err
	}
	resp, err := http.Get("http://" + d.Admin + "/readyz")
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("readyz: %s", resp.Status)
	}
	return nil
}

// await polls until check returns nil.
func await(t testing.TB, what string, check func() error) {
	t.Helper()
	end := time.Now().Add(patience)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%s did not come: %v", what, err)
		}
		<-tick.C
	}
}

// signal sends one to the daemon.
func (d *daemon) signal(s os.Signal) {
	d.t.Helper()
	if err := d.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		d.t.Fatal(err)
	}
}

// stop ends the daemon and returns its exit status.
func (d *daemon) stop() int {
	d.t.Helper()
	d.signal(syscall.SIGTERM)
	return d.wait()
}

// kill ends the daemon as a crash does.
func (d *daemon) kill() {
	d.t.Helper()
	d.signal(syscall.SIGKILL)
	d.wait()
}

// wait waits for the end of the daemon and returns its exit status, -1 for a signal.
func (d *daemon) wait() int {
	d.t.Helper()
	select {
	case <-d.exited:
	case <-time.After(patience):
		d.signal(syscall.SIGKILL)
		d.t.Errorf("the daemon did not stop; its log:\n%s", d.log)
		<-d.exited
	}
	d.once.Do(func() {
		if strings.Contains(d.log.String(), "DATA RACE") {
			d.t.Errorf("the daemon has a data race:\n%s", d.log)
		}
	})
	return d.cmd.ProcessState.ExitCode()
}

// finish stops what still runs at the end of a test.
func (d *daemon) finish() {
	select {
	case <-d.exited:
		d.wait()
	default:
		if status := d.stop(); status != 0 {
			d.t.Errorf("the daemon ended with status %d:\n%s", status, d.log)
		}
	}
	if d.t.Failed() {
		d.t.Logf("log of the daemon in %s:\n%s", d.data, d.log)
	}
}

// restart starts another daemon on the same data folder.
func (d *daemon) restart() *daemon {
	d.t.Helper()
	if err := os.Remove(filepath.Join(d.data, "listeners.json")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		d.t.Fatal(err)
	}
	return start(d.t, options{data: d.data})
}

// run runs another command of the binary to its end.
func run(t testing.TB, stdin []byte, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.Env = bytes.NewReader(stdin), &out, &errs, environment()
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}
