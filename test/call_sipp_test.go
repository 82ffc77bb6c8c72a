package test

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"text/template"

	"dialtone/test/peer"
)

// play is what is put into a scenario of sipp.
type play map[string]any

// With is the play with other values, by name.
func (p play) With(pairs ...any) play {
	q := maps.Clone(p)
	for i := 0; i+1 < len(pairs); i += 2 {
		q[pairs[i].(string)] = pairs[i+1]
	}
	return q
}

// List is a list of header lines.
func (play) List(lines ...string) []string { return lines }

// Times is something to range over.
func (play) Times(n int) []struct{} { return make([]struct{}, n) }

// roles are who plays in a scenario, in the order of an office's phones.
var roles = []string{"caller", "callee", "third"}

// scenario writes what a role does as sipp reads it; "" when the scenario has no such role.
func scenario(t *testing.T, name, role string, p play) (file string) {
	t.Helper()
	dir := filepath.Join("testdata", "sipp", "calls")
	scenes, err := template.ParseFiles(filepath.Join(dir, "parts.xml"), filepath.Join(dir, name+".xml"))
	if err != nil {
		t.Fatal(err)
	}
	if scenes.Lookup(role) == nil {
		return ""
	}
	var script, out bytes.Buffer
	err = scenes.ExecuteTemplate(&script, role, p)
	err = errors.Join(err, scenes.ExecuteTemplate(&out, "scenario", p.With("Script", script.String())))
	err = errors.Join(err, xml.Unmarshal(out.Bytes(), new(struct{})))
	file = filepath.Join(t.TempDir(), role+".xml")
	if err = errors.Join(err, os.WriteFile(file, out.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
	return file
}

// actor is a running sipp that plays one role of one call.
type actor struct {
	role, dir string
	cmd       *exec.Cmd
	out       bytes.Buffer
}

// cast starts sipp for a role, over UDP on the port given, over TCP on any.
func cast(t *testing.T, role, file, transport, addr, port string, more ...string) *actor {
	t.Helper()
	path, err := exec.LookPath("sipp")
	if err != nil {
		t.Fatalf("sipp is not installed (Debian package sip-tester): %v", err)
	}
	a := &actor{role: role, dir: t.TempDir()}
	args := []string{
		addr, "-sf", file, "-t", transport, "-i", "127.0.0.1", "-m", "1", "-nostdin", "-timeout", "150s", "-timeout_error",
		"-recv_timeout", "90000", "-default_behaviors", "all,-bye", "-trace_err", "-error_file", "errors.log", "-trace_msg", "-message_file", "messages.log",
	}
	if port != "" {
		args = append(args, "-p", port)
	}
	args = append(args, more...)
	a.cmd = exec.CommandContext(context.WithoutCancel(t.Context()), path, args...)
	a.cmd.Dir, a.cmd.Stdout, a.cmd.Stderr = a.dir, &a.out, &a.out
	if err := a.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if a.cmd.ProcessState == nil { // the test has failed before its end
			_ = a.cmd.Process.Kill()
			_ = a.cmd.Wait()
		}
	})
	return a
}

// wait waits until the role is played and fails the test when it was not as written.
func (a *actor) wait(t *testing.T) {
	t.Helper()
	if err := a.cmd.Wait(); err != nil {
		errs, _ := os.ReadFile(filepath.Join(a.dir, "errors.log"))
		messages, _ := os.ReadFile(filepath.Join(a.dir, "messages.log"))
		t.Errorf("the %s: %v\n%s\n%s", a.role, err, errs, messages)
	}
}

// bound waits until a UDP port of the loopback is open.
func bound(t *testing.T, port string) {
	t.Helper()
	var number int
	if _, err := fmt.Sscan(port, &number); err != nil {
		t.Fatal(err)
	}
	await(t, "socket of sipp", func() error {
		f, err := os.Open("/proc/net/udp")
		if err != nil {
			return err
		}
		defer f.Close()
		sockets, err := io.ReadAll(f)
		if err != nil {
			return err
		}
		if !bytes.Contains(sockets, fmt.Appendf(nil, " 0100007F:%04X ", number)) {
			return errors.New("not bound")
		}
		return nil
	})
}

// registerPort registers a phone of the office and gives its port up for sipp.
func (o *office) registerPort(t *testing.T, phone int) (port string) {
	t.Helper()
	h := peer.StartHandset(t, o.sipAccount(o.d, phone, "udp"))
	if resp := h.Register(t, 600); resp.Status() != 200 {
		t.Fatalf("registration: %s", resp)
	}
	h.Close()
	return fmt.Sprint(h.Addr().Port())
}

// actor is what a phone of the office puts into a scenario.
func (o *office) actor(i int) play {
	p := o.phones[i]
	return play{
		"Domain": o.domain, "User": p.username, "Password": p.password, "Caller": i == 0, "Authorized": false, "Describes": false,
		"Target": "sip:1002@" + o.domain, "Direction": "sendrecv", "Version": 1, "Lines": nil, "CSeq": 1, "ToTag": ";tag=" + roles[i],
		"Branch": "", "Reason": "Whatever", "Method": "", "Once": false, "Status": 200, "Calls": 1, "Opus": false,
		"Allow": "INVITE, ACK, CANCEL, BYE, UPDATE, PRACK, REFER, NOTIFY",
	}
}

// perform plays a scenario with the phones of an office: Ada calls.
func (o *office) perform(t *testing.T, name, transport string, p play) {
	t.Helper()
	var actors []*actor
	for i := len(roles) - 1; i >= 0; i-- {
		if i >= len(o.phones) {
			continue
		}
		mine := o.actor(i)
		maps.Copy(mine, p)
		if number, other := p["Dial"]; other {
			mine["Target"] = fmt.Sprintf("sip:%s@%s", number, o.domain)
		}
		file := scenario(t, name, roles[i], mine)
		switch {
		case file == "":
		case i == 0:
			addr := map[string]string{"u1": o.d.SIP.UDP[0], "t1": o.d.SIP.TCP[0]}[transport]
			actors = append(actors, cast(t, roles[i], file, transport, addr, ""))
		default:
			port := o.registerPort(t, i)
			actors = append(actors, cast(t, roles[i], file, "u1", o.d.SIP.UDP[0], port, "-m", fmt.Sprint(mine["Calls"])))
			bound(t, port)
		}
	}
	var done sync.WaitGroup
	for _, a := range actors {
		done.Go(func() { a.wait(t) })
	}
	done.Wait()
}

// TestSIPpCalls: calls between two or three phones that sipp plays, each a row of what
// goes wrong with others, and what their records say.
func TestSIPpCalls(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	for _, c := range []struct {
		name, scenario, transport string
		play                      play
		set                       func(*testing.T, *office)
		record                    string // result reason sip_status hung_up_by
		soak                      bool   // takes long
	}{
		{name: "the caller hangs up", scenario: "answered", record: "answered normal 200 caller"},
		{name: "over TCP", scenario: "answered", transport: "t1", record: "answered normal 200 caller"},
		{name: "the callee hangs up", scenario: "callee_hangs_up", record: "answered normal 200 callee"},
		{name: "BYE over the caller's connection", scenario: "callee_hangs_up", transport: "t1", record: "answered normal 200 callee"},
		{name: "a tel URI", scenario: "answered", play: play{"Target": "tel:1002;phone-context=pbx.example"}, record: "answered normal 200 caller"},
		{name: "CANCEL", scenario: "cancelled", record: "cancelled caller_cancelled 487"},
		{name: "CANCEL crosses 200", scenario: "cancel_crosses_answer", record: "cancelled caller_cancelled 487"},
		{name: "200 after CANCEL", scenario: "answer_after_cancel", record: "cancelled caller_cancelled 487"},
		{name: "twenty provisional responses", scenario: "provisionals", record: "answered normal 200 caller"},
		{name: "two answers", scenario: "answered_twice", record: "answered normal 200 caller"},
		{name: "a late ACK", scenario: "late_ack", record: "answered normal 200 callee"},
		{name: "no ACK", scenario: "no_ack", record: "answered timeout 200 caller"},
		{name: "our re-INVITE is refused with 491", scenario: "reinvite_refused_491", play: play{"Opus": true}, record: "answered normal 200 callee"},
		{name: "re-INVITEs cross", scenario: "reinvite_glare", play: play{"Opus": true}, record: "answered normal 200 callee"},
		{name: "session timer", scenario: "session_timer", record: "answered normal 200 caller"},
		{name: "session expires", scenario: "session_expires", record: "answered session_expired 200 caller", soak: true},
		{name: "we refresh the session", scenario: "session_refresh", record: "answered normal 200 callee", soak: true},
		{name: "UPDATE", scenario: "update", play: play{"Opus": true}, record: "answered normal 200 callee"},
		{name: "the caller requires 100rel", scenario: "reliable_caller", record: "answered normal 200 caller"},
		{name: "the callee requires 100rel", scenario: "reliable_callee", record: "answered normal 200 caller"},
		{name: "REFER to somebody busy", scenario: "refer_to_busy", record: "answered normal 200 caller"},
		{name: "BYE after REFER", scenario: "refer_and_bye", record: "answered normal 200 callee"},
		{name: "BYEs cross", scenario: "byes_cross", record: "answered normal 200 caller"},
		{name: "302", scenario: "redirected", record: "answered normal 200 caller"},
		{name: "486", scenario: "refused", play: play{"Says": 486, "Told": 486}, record: "busy user_busy 486 callee"},
		{name: "488 to our first offer and the next", scenario: "refused", play: play{"Says": 488, "Told": 488, "Calls": 2}, record: "failed incompatible_media 488"},
		{name: "503", scenario: "refused", play: play{"Says": 503, "Told": 480}, record: "failed unreachable 480 system"},
		{name: "603", scenario: "refused", play: play{"Says": 603, "Told": 603}, record: "declined declined 603 callee"},
		{name: "nobody registered", scenario: "not_rung", play: play{"Told": 480}, record: "failed not_registered 480"},
		{
			name: "unknown number", scenario: "not_rung", play: play{"Told": 404, "Dial": "1999"},
			record: "rejected not_found 404",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.soak && os.Getenv("DIALTONE_SOAK") == "" {
				t.Skip("takes a minute: make soak")
			}
			t.Parallel()
			o := newOffice(t, d)
			o.addSeat(t, seat{"Cleo Side", "1003", "T46U", "Yealink SIP-T46U 108.86.0.75 %s"})
			if c.set != nil {
				c.set(t, o)
			}
			if c.transport == "" {
				c.transport = "u1"
			}
			o.perform(t, c.scenario, c.transport, c.play)
			o.awaitCalls(t, 1, func(r object) error {
				if got := outcomeOf(r); !strings.HasPrefix(got, c.record) {
					return fmt.Errorf("record %q: %v", got, r)
				}
				return nil
			})
			if t.Failed() {
				t.Logf("records: %v", d.all(t, o.path+"/calls"))
			}
		})
	}
}

// outcomeOf is what a call's record says of its end.
func outcomeOf(r object) string {
	return strings.Join([]string{r.str("result"), r.str("reason"), fmt.Sprint(r["sip_status"]), r.str("hung_up_by")}, " ")
}
