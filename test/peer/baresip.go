package peer

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// baresipConfig is a phone without sound cards, with one account (added over
// the control port, so that its first registration is seen). stdio.so is left
// out: without a terminal it spins.
const baresipConfig = `poll_method epoll
sip_listen %[4]s
rtp_ports 30000-39999
snd_path %[1]s
audio_source aufile,%[1]s/in.wav
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
module_path /usr/lib/baresip/modules
module g711.so
%[5]s
module aufile.so
module sndfile.so
module srtp.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:%[2]d
%[3]s
`

// Baresip is a running baresip (Debian's baresip-core) with one account.
type Baresip struct {
	Events   *Record[Event]
	Messages *Record[Traced] // received and sent

	dir     string
	cmd     *exec.Cmd
	control net.Conn
	answers *Record[answered]
	output  *Record[string]
	parts   sync.WaitGroup // readers of its output and control port
	exited  chan struct{}
	token   int
	stop    sync.Once
}

// StartBaresip starts baresip, which registers at once. It ends with the test.
func StartBaresip(t testing.TB, a Account) *Baresip {
	t.Helper()
	a = a.checked(t)
	path, err := exec.LookPath("baresip")
	if err != nil {
		t.Fatalf("baresip is not installed (Debian package baresip-core): %v", err)
	}
	b := &Baresip{
		Events: newRecord[Event](), Messages: newRecord[Traced](),
		answers: newRecord[answered](), output: newRecord[string](), exited: make(chan struct{}),
	}
	b.start(t, path, a)
	t.Cleanup(b.Stop)
	params := fmt.Sprintf(`<%s;transport=%s>;auth_user=%s;auth_pass=%s;outbound="sip:%s;transport=%s";regint=%d;answermode=manual`,
		a.aor(), a.Transport, a.User, a.Password, a.Proxy, a.Transport, a.RegInterval)
	if a.Encryption != "" {
		params += ";mediaenc=" + a.Encryption
	}
	if a.Codec != "" {
		params += ";audio_codecs=" + a.Codec
	}
	b.Command(t, "uanew", params)
	return b
}

// Command runs a command of baresip's menu and returns what it printed.
func (b *Baresip) Command(t testing.TB, command, params string) string {
	t.Helper()
	b.token++
	token := strconv.Itoa(b.token)
	text, err := json.Marshal(map[string]string{"command": command, "params": params, "token": token})
	if err != nil {
		t.Fatal(err)
	}
	if err := writeNetstring(b.control, text); err != nil {
		t.Fatalf("cannot send command %q to baresip: %v", command, err)
	}
	got := b.answers.Await(t, "answer to "+command, func(a answered) bool { return a.Token == token })
	if !got.OK {
		t.Fatalf("baresip refused command %q: %s", command, got.Data)
	}
	return got.Data
}

// Await returns the next event of the type.
func (b *Baresip) Await(t testing.TB, eventType string) Event {
	t.Helper()
	return b.Events.Await(t, eventType, func(e Event) bool { return e.Type == eventType })
}

// AwaitRequest returns the next request of the method, sent by baresip or
// received. It has no notion of check-sync: a NOTIFY outside of a subscription
// is answered 481.
func (b *Baresip) AwaitRequest(t testing.TB, method string) Traced {
	t.Helper()
	return b.Messages.Await(t, method, func(m Traced) bool { return m.Method() == method })
}

// Output is what baresip printed beside its trace.
func (b *Baresip) Output() string { return strings.Join(b.output.All(), "\n") }

// Stop has baresip unregister and quit, and kills it if it does not.
func (b *Baresip) Stop() {
	b.stop.Do(func() {
		if b.control != nil {
			_ = writeNetstring(b.control, []byte(`{"command":"quit"}`)) // killed below if that fails
		}
		select {
		case <-b.exited:
		case <-time.After(deadline / 4):
			_ = b.cmd.Process.Kill()
			<-b.exited
		}
		if b.control != nil {
			_ = b.control.Close()
		}
		b.parts.Wait()
	})
}

// start runs the process and waits for its control port.
func (b *Baresip) start(t testing.TB, path string, a Account) {
	t.Helper()
	dir, port := t.TempDir(), freePort(t)
	b.dir = dir
	authorities, codec := "", ""
	if m := map[string]string{"G722": "g722.so", "opus": "opus.so"}[a.Codec]; m != "" {
		codec = "module " + m
	}
	if a.CAFile != "" {
		authorities = "sip_cafile " + a.CAFile
	}
	for name, text := range map[string]string{
		"config":   fmt.Sprintf(baresipConfig, dir, port, authorities, cmp.Or(a.Listen, "127.0.0.1:0"), codec),
		"accounts": "# the account is added over the control port\n",
		"in.wav":   toneFile(a.Tone),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// Not bound to the test's context: that ends before baresip is told to quit.
	b.cmd = exec.CommandContext(context.WithoutCancel(t.Context()), path, "-s", "-f", dir)
	out, err := b.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	b.cmd.Stderr = b.cmd.Stdout
	if err := b.cmd.Start(); err != nil {
		t.Fatalf("cannot start baresip: %v", err)
	}
	b.parts.Go(func() {
		defer close(b.exited)
		readTrace(out, b.Messages, b.output.add)
		_ = b.cmd.Wait() // how it ended does not matter
	})
	b.connect(t, fmt.Sprintf("127.0.0.1:%d", port))
}

// connect dials the control port until it answers.
func (b *Baresip) connect(t testing.TB, addr string) {
	t.Helper()
	fail := func(why string) {
		b.Stop()
		t.Fatalf("cannot start baresip: %s; it printed:\n%s", why, b.Output())
	}
	timeout := time.NewTimer(deadline)
	defer timeout.Stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	var d net.Dialer
	for {
		conn, err := d.DialContext(t.Context(), "tcp", addr)
		if err == nil {
			b.control = conn
			b.parts.Go(func() { _ = listen(conn, b.Events, b.answers) })
			return
		}
		select {
		case <-tick.C:
		case <-b.exited:
			fail("it ended")
		case <-timeout.C:
			fail("no control port")
		}
	}
}

// freePort is a TCP port nobody has now.
func freePort(t testing.TB) int {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return port
}
