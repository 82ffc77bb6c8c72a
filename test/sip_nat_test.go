package test

import (
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"dialtone/test/peer"
)

// netVariable is set in the process whose network is the test's own.
const netVariable = "NETWORK_OF_TEST"

// inOwnNet runs the test again in a process that has a network of its own, and tells
// whether it is that process which asks.
func inOwnNet(t *testing.T) bool {
	t.Helper()
	if os.Getenv(netVariable) != "" {
		command(t, "ip", "link", "set", "lo", "up")
		return true
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=5m")
	cmd.Env = append(os.Environ(), netVariable+"=1", binaryVariable+"="+binary)
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS} // mounts are its own, too
	out, err := cmd.CombinedOutput()
	switch {
	case cmd.Process == nil && os.Getenv("CI") != "true":
		t.Skipf("cannot make a network (root only): %v", err)
	case err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()):
		t.Errorf("in a network of its own: %v\n%s", err, out)
	}
	return false
}

// command runs a program in the network of the calling goroutine's thread.
func command(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// network is one of its own; it goes with the process.
type network struct {
	t    *testing.T
	file *os.File
}

func newNetwork(t *testing.T) *network {
	t.Helper()
	n := &network{t: t}
	(&network{t, currentNet(t)}).enter(func() {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			t.Fatal(err)
		}
		n.file = currentNet(t)
		command(t, "ip", "link", "set", "lo", "up")
	})
	return n
}

// currentNet is the network of the calling thread.
func currentNet(t *testing.T) *os.File {
	t.Helper()
	f, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// enter calls fn in the network: its sockets and programs are there.
func (n *network) enter(fn func()) {
	n.t.Helper()
	runtime.LockOSThread()
	back := currentNet(n.t)
	if err := unix.Setns(int(n.file.Fd()), unix.CLONE_NEWNET); err != nil {
		n.t.Fatal(err)
	}
	fn()
	if err := unix.Setns(int(back.Fd()), unix.CLONE_NEWNET); err != nil {
		n.t.Fatal(err) // the thread stays locked and ends with the goroutine
	}
	runtime.UnlockOSThread()
}

// ip runs the program of that name in the network.
func (n *network) ip(line string) {
	n.t.Helper()
	n.enter(func() { command(n.t, "ip", strings.Fields(line)...) })
}

// cable connects two networks, each with an address of its side.
func cable(a, b *network, name, ours, theirs string) {
	a.t.Helper()
	a.ip(fmt.Sprintf("link add %s type veth peer name peer", name))
	a.ip(fmt.Sprintf("link set peer netns /proc/%d/fd/%d", os.Getpid(), b.file.Fd()))
	b.ip("link set peer name " + name)
	for n, address := range map[*network]string{a: ours, b: theirs} {
		n.ip(fmt.Sprintf("addr add %s dev %s", address, name))
		n.ip(fmt.Sprintf("link set %s up", name))
	}
}

// behindNAT makes two networks whose way to this one leads through one router that
// rewrites addresses and ports. Ours is 203.0.113.1, the router's 203.0.113.2.
func behindNAT(t *testing.T) [2]*network {
	t.Helper()
	outside, router := &network{t, currentNet(t)}, newNetwork(t)
	cable(outside, router, "wan", "203.0.113.1/24", "203.0.113.2/24")
	var inside [2]*network
	for i := range inside {
		inside[i] = newNetwork(t)
		cable(router, inside[i], fmt.Sprintf("lan%d", i), fmt.Sprintf("10.0.%d.1/24", i), fmt.Sprintf("10.0.%d.2/24", i))
		inside[i].ip(fmt.Sprintf("route add default via 10.0.%d.1", i))
	}
	router.enter(func() {
		if err := os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0o600); err != nil {
			t.Fatal(err)
		}
		command(t, "nft", "add table ip nat; add chain ip nat out { type nat hook postrouting priority 100; }; "+
			`add rule ip nat out oifname "wan" meta l4proto { tcp, udp } masquerade to :40000-49999 random`)
	})
	return inside
}

// TestTwoPhonesBehindOneNAT: both register from the router's address, and each is
// reached through the port the router has for it, not the one in its Contact; over UDP
// also after a crash of ours.
func TestTwoPhonesBehindOneNAT(t *testing.T) {
	t.Parallel()
	if !inOwnNet(t) {
		return
	}
	inside := behindNAT(t)
	config := strings.NewReplacer(`udp: ["127.0.0.1:0"], tcp: ["127.0.0.1:0"]`, `udp: ["203.0.113.1:5060"], tcp: ["203.0.113.1:5060"]`).Replace(baseConfig)
	d := start(t, options{config: config})
	o := newOffice(t, d)
	for _, transport := range []string{"tcp", "udp"} {
		var phones [2]*peer.Phone
		for i, n := range inside {
			n.enter(func() { phones[i] = peer.StartPhone(t, o.sipAccount(d, i, transport)) })
			if resp := phones[i].Register(t, 600); resp.Status() != 200 {
				t.Fatalf("registration: %s", resp)
			}
		}
		ports := map[string]bool{}
		for i, p := range o.phones {
			r := o.awaitRegistered(t, p)
			source, err := netip.ParseAddrPort(r.str("source"))
			if err != nil || source.Addr().String() != "203.0.113.2" || source.Port() < 40000 || source.Port() > 49999 {
				t.Errorf("source %q of %v", r.str("source"), r)
			}
			if !strings.Contains(r.str("contact"), phones[i].Addr().String()) {
				t.Errorf("contact %q, not of %s", r.str("contact"), phones[i].Addr())
			}
			ports[r.str("source")] = true
		}
		if len(ports) != len(phones) {
			t.Errorf("both phones at %v", ports)
		}
		wantReached(t, o, phones, transport)
		if transport == "udp" {
			d.kill()
			d = start(t, options{data: d.data, config: config})
			o.d = d
			wantReached(t, o, phones, "udp after a crash")
		}
		for _, p := range phones {
			p.Close()
		}
	}
}

// wantReached tells each phone to fetch its configuration and wants it to hear that.
func wantReached(t *testing.T, o *office, phones [2]*peer.Phone, when string) {
	t.Helper()
	for i, p := range o.phones {
		a := o.d.want(t, http.StatusOK, http.MethodPost, o.path+"/devices/"+p.id+"/check_sync", object{"reboot": false})
		lines := a.list("lines")
		if len(lines) != 1 || lines[0].str("result") != "delivered" {
			t.Errorf("%s: %v", when, a)
			continue
		}
		phones[i].Requests.Await(t, "NOTIFY", func(m peer.Message) bool {
			return m.Method() == "NOTIFY" && strings.Contains(m.Get("To"), p.username+"@")
		})
	}
}
