package test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"dialtone/test/load"
	"dialtone/test/peer"
)

// disguise relays datagrams to addr and hides the name sipvicious goes by.
func disguise(t *testing.T, addr string) (relay string) {
	t.Helper()
	var lc net.ListenConfig
	front, err := lc.ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	back := dialUDP(t, addr)
	var wg sync.WaitGroup
	t.Cleanup(func() { _ = front.Close(); _ = back.Close(); wg.Wait() })
	clients := make(chan net.Addr, 1) // the latest
	wg.Go(func() {
		buf := make([]byte, 65536)
		for {
			n, from, err := front.ReadFrom(buf)
			if err != nil {
				return
			}
			select {
			case <-clients:
			default:
			}
			clients <- from
			_, _ = back.Write(bytes.ReplaceAll(buf[:n], []byte("friendly-scanner"), []byte("Cisco-SIPGateway")))
		}
	})
	wg.Go(func() {
		buf := make([]byte, 65536)
		for {
			n, err := back.Read(buf)
			if err != nil {
				return
			}
			client := <-clients
			_, _ = front.WriteTo(buf[:n], client)
			select {
			case clients <- client:
			default:
			}
		}
	})
	return front.LocalAddr().String()
}

// sipvicious runs one of its tools against addr with a list of words; it must find none
// of them to be right.
func sipvicious(t *testing.T, tool, addr string, words []string, args ...string) {
	t.Helper()
	path, err := exec.LookPath(tool)
	if err != nil {
		t.Fatalf("%s is not installed (Debian package sipvicious): %v", tool, err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "words"), []byte(strings.Join(words, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	args = append(args, "-d", "words", "--bindingip", "127.0.0.1", "-P", freeUDPPort(t), "-p", port, "--maximumtime", "1", host)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "HOME="+dir) // sessions are stored there
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v\n%s", tool, err, out)
	}
	if !strings.Contains(string(out), "found nothing") {
		t.Errorf("%s printed\n%s", tool, out)
	}
}

func freeUDPPort(t *testing.T) string {
	t.Helper()
	var lc net.ListenConfig
	c, err := lc.ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, port, _ := net.SplitHostPort(c.LocalAddr().String())
	return port
}

// TestSipvicious: its tools find neither a user nor a password, by their own name or
// another, and who guesses is banned, while a phone behind the same address registers.
// From there an emergency call still gets an answer, and nothing else does.
func TestSipvicious(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	o := newOffice(t, d)
	direct := d.SIP.UDP[0]
	users := []string{"100", "desk1000", o.phones[0].username, o.phones[1].username, "zoe"}
	t.Run("svwar", func(t *testing.T) {
		t.Run("by its own name", func(t *testing.T) {
			t.Parallel()
			sipvicious(t, "svwar", direct, users, "--domain", o.domain)
		})
		for _, method := range []string{"REGISTER", "OPTIONS", "INVITE"} {
			t.Run(method, func(t *testing.T) {
				t.Parallel()
				sipvicious(t, "svwar", disguise(t, direct), users, "-m", method, "--domain", o.domain, "--force")
			})
		}
	})
	wantCalls(t, direct, "407", "407")

	passwords := make([]string, 20)
	for i := range passwords {
		passwords[i] = fmt.Sprintf("Guess%04dwork", i)
	}
	sipvicious(t, "svcrack", disguise(t, direct), passwords, "-u", o.phones[0].username, "--domain", o.domain)
	awaitLog(t, d, "source banned", "127.0.0.1")
	if n := metric(t, d, "dialtone_sip_bans_total"); n != 1 {
		t.Errorf("%v bans", n)
	}
	if bans := d.all(t, "/v1/bans"); len(bans) != 1 || bans[0].str("source") != "127.0.0.1" {
		t.Errorf("bans %v", bans)
	}
	wantCalls(t, direct, silence, "407")
	phone := peer.StartPhone(t, o.sipAccount(d, 0, "udp"))
	for range 3 {
		if resp := phone.Register(t, 600); resp.Status() != 200 {
			t.Errorf("an honest phone: %s", resp)
		}
	}
	o.awaitRegistered(t, o.phones[0])
	wantService(t, d, o, "tcp")
}

// wantCalls tries a call to somebody and one to 911, which shows that the first has
// been dealt with.
func wantCalls(t *testing.T, addr, somebody, emergency string) {
	t.Helper()
	c := dialUDP(t, addr)
	defer c.Close()
	for n, user := range []string{"100", "911"} {
		text := strings.Replace(request("INVITE", "UDP", n+1), "sip:", "sip:"+user+"@", 1) + noBody
		if _, err := c.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	got := map[string]string{"1": silence, "2": silence}
	buf := make([]byte, 65536)
	for got["2"] == silence {
		n, err := c.Read(buf)
		if err != nil {
			t.Errorf("a call to 911: %v", err)
			break
		}
		m, err := peer.ParseMessage(string(buf[:n]))
		if err != nil {
			t.Fatal(err)
		}
		number, _, _ := strings.Cut(m.Get("Cseq"), " ")
		got[number] = fmt.Sprint(m.Status())
	}
	if got["1"] != somebody || got["2"] != emergency {
		t.Errorf("a call to somebody: %s, want %s; to 911: %s, want %s", got["1"], somebody, got["2"], emergency)
	}
}

// TestFlood: under a flood of garbage, invented phones and invented credentials from
// forged addresses, memory stays as it is, honest phones register or are told to come
// later, and all of them register once it is over. What share registers during the flood
// depends on the machine: in the soak it must be nearly all.
func TestFlood(t *testing.T) {
	t.Parallel()
	last, rate := 3*time.Second, 3000.0
	if soak() {
		last, rate = time.Minute, 10_000
	}
	f := newFleet(t, 200)
	d := start(t, options{data: f.data})
	phones := f.boot(t, d, 1)
	if report, err := phones.Bind(t.Context(), 200, time.Minute); err != nil || report.Succeeded < 200 {
		t.Fatalf("before the flood: %+v, %v", report, err)
	}
	before := d.resident()
	var wg sync.WaitGroup
	for i, kind := range []load.FloodKind{load.Garbage, load.Strangers, load.Guesses} {
		wg.Go(func() {
			report, err := load.Flood(t.Context(), load.FloodPlan{
				Target: netip.MustParseAddrPort(d.SIP.UDP[0]), Kind: kind, Domain: fleetDomain,
				Rate: rate, Duration: last, Addresses: 100_000, Seed: uint64(i + 1),
			})
			if err == nil && report.Sent == 0 {
				err = errors.New("nothing was sent")
			}
			if err != nil {
				t.Errorf("flood of %s: %v", kind, err)
			}
		})
	}
	report, err := phones.Register(t.Context(), load.Plan{Rate: 100, Duration: last})
	wg.Wait()
	served := report.Succeeded
	if !soak() {
		served += report.Unavailable + report.TimedOut + report.Unfinished
	}
	if err != nil || report.Succeeded == 0 || float64(served) < 0.99*float64(report.Started) || report.Wrong > 0 {
		t.Errorf("honest phones: %+v, %v", report, err)
	}
	if report, err := phones.Bind(t.Context(), 200, time.Minute); err != nil || report.Succeeded < 200 {
		t.Errorf("after the flood: %+v, %v", report, err)
	}
	d.wantGrowth(before, 24<<20) // what the collector lets lie about is in that
	d.wantAlive()
	if n := metric(t, d, "dialtone_sip_bans_total"); n != 0 {
		t.Errorf("%v bans of addresses that anybody can forge", n)
	}
}
