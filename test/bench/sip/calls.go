package sip

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"dialtone/store"
	"dialtone/store/record"
	"dialtone/test/load"
)

//go:embed kamailio/proxy.cfg
var proxyConfig []byte

// Calls compares the CPU time of a call, from extension to extension, with that of
// Kamailio as a stateful proxy, and measures the memory of calls that are up.
func Calls(ctx context.Context, o Options) (Result, error) {
	r := newRun(ctx, o)
	err := r.calls()
	return r.Result, err
}

const (
	// callRate is calls a second in the comparison, delayRate where the delay is measured.
	callRate, delayRate = 500, 50
	// callerCount and calleeCount are the phones on both sides.
	callerCount, calleeCount = 1000, 100
	// callHold is how long a call is up in the comparison.
	callHold = time.Second
	// goalCall is how many times Kamailio's time a call may take: media is anchored here.
	goalCall = 1.5
	// goalCallMemory is that of an idle call, in bytes.
	goalCallMemory = 60 << 10
)

const proxy = "kamailio-proxy"

// exchange is a server and how its phones are dialled.
type exchange struct {
	*server
	dial func(int) string
}

func (r *run) calls() error {
	dir := filepath.Join(r.Scratch, "calls")
	r.say("calls: %d phones", callerCount+calleeCount)
	if err := furnishCalls(r.ctx, dir); err != nil {
		return err
	}
	daemon, err := startDaemon(r.ctx, r.Daemon, dir)
	if err != nil {
		return err
	}
	defer daemon.stop()
	kamailio, err := startProxy(r.ctx, dir+"-proxy")
	if err != nil {
		return err
	}
	defer kamailio.stop()
	users := pattern()
	all := []exchange{
		{daemon, func(i int) string { return extensionOf(i) }},
		{kamailio, func(i int) string { return users.Account(callerCount + i).User }},
	}
	for round := range r.Rounds {
		r.say("calls: round %d of %d", round+1, r.Rounds)
		for _, x := range all {
			if err := r.measureCalls(x); err != nil {
				return err
			}
		}
	}
	r.against("call, 407 and answer to BYE, "+strconv.Itoa(callRate)+"/s", proxy, "Kamailio, stateful proxy", goalCall)
	return r.idleCalls(all[0])
}

func (r *run) measureCalls(x exchange) error {
	before, err := x.cpu()
	if err != nil {
		return err
	}
	report, err := load.Calls(r.ctx, plan(x, callRate, r.Window, callHold))
	if err != nil {
		return err
	}
	after, err := x.cpu()
	if err != nil {
		return err
	}
	if report.Completed == 0 {
		return fmt.Errorf("cannot compare %s: no call got through: %+v", x.name, report)
	}
	name := x.name + " call, 407 and answer to BYE, " + strconv.Itoa(callRate) + "/s"
	r.sample(name+" µs", float64((after-before).Nanoseconds())/1000/float64(report.Completed))
	r.sample(name+" done", float64(report.Completed)/float64(report.Started))
	slow, err := load.Calls(r.ctx, plan(x, delayRate, r.Window, callHold))
	if err != nil {
		return err
	}
	r.sample(x.name+" ringing after INVITE p99 ms", slow.Ringing.P99)
	return nil
}

func plan(x exchange, rate float64, window, hold time.Duration) load.CallPlan {
	accounts := pattern().Accounts(callerCount + calleeCount)
	return load.CallPlan{
		Target: x.at, Callers: accounts[:callerCount], Callees: accounts[callerCount:], Dial: x.dial,
		Rate: rate, Duration: window, Hold: hold, Drain: 10 * time.Second,
	}
}

// idleCalls measures what calls that are up hold, media ports included.
func (r *run) idleCalls(x exchange) error {
	const calls, perSecond = 1000, 250
	before, err := x.memory()
	if err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() {
		_, err := load.Calls(r.ctx, plan(x, perSecond, calls/perSecond*time.Second, 15*time.Second))
		done <- err
	}()
	time.Sleep(calls/perSecond*time.Second + 5*time.Second)
	during, err := x.memory()
	if err := errors.Join(err, <-done); err != nil {
		return err
	}
	each := float64(during-before) / calls
	r.sample("dialtone idle call bytes", each)
	r.Rows = append(r.Rows, Row{
		Work: "memory of an idle call", Ours: fmt.Sprintf("%.1f KB", each/1024), Goal: "≤ 60 KB", Met: each <= goalCallMemory,
	})
	return nil
}

// extensionOf is what reaches callee i.
func extensionOf(i int) string { return strconv.Itoa(2000 + i) }

// startProxy starts Kamailio as a stateful proxy.
func startProxy(ctx context.Context, dir string) (*server, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	config := filepath.Join(dir, "kamailio.cfg")
	if err := os.WriteFile(config, bytes.Clone(proxyConfig), 0o600); err != nil {
		return nil, err
	}
	at, err := freePort()
	if err != nil {
		return nil, err
	}
	s, err := start(proxy, kamailioProgram, "-f", config, "-l", "udp:"+at.String(), "-DD", "-E", "-m", "256", "-M", "16", "-Y", dir)
	if err != nil {
		return nil, errors.Join(err, errNoKamailio)
	}
	s.at = at
	if err := s.await(ctx, s.answers); err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

// furnishCalls makes an account whose last users have a phone and an extension each.
func furnishCalls(ctx context.Context, dir string) (err error) {
	if err := furnish(ctx, dir, callerCount+calleeCount); err != nil {
		return err
	}
	st, err := store.Open(store.Config{Dir: dir, Log: slog.New(slog.DiscardHandler)}) //nolint:contextcheck // a store ends by Close
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	for i := range calleeCount {
		if err := st.Update(ctx, func(tx *store.Tx) error { return seat(st, tx, i) }); err != nil {
			return fmt.Errorf("cannot create phones: %w", err)
		}
	}
	return nil
}

// seat gives callee i a user, an extension and a phone.
func seat(st *store.Store, tx *store.Tx, i int) error {
	a := pattern().Account(callerCount + i)
	var credential *record.Credential
	var domain *record.Domain
	st.View(func(v *store.View) {
		if u, ok := v.SIPUser([]byte(a.Domain), []byte(a.User)); ok {
			credential, domain = u.Credential, u.Domain
		}
	})
	if credential == nil {
		return fmt.Errorf("no user %q", a.User)
	}
	user := record.NewUser()
	user.Account, user.Name, user.Email = credential.Account, a.User, a.User+"@"+a.Domain
	if err := tx.Create(user); err != nil {
		return err
	}
	extension := record.NewExtension()
	extension.Account, extension.Number = credential.Account, extensionOf(i)
	extension.Target = record.Target{Type: record.TargetUser, ID: user.ID}
	if err := tx.Create(extension); err != nil {
		return err
	}
	device := record.NewDevice()
	device.Account, device.Type, device.MAC = credential.Account, record.Deskphone, fmt.Sprintf("80:5e:c0:00:%02x:%02x", i>>8, i&0xff)
	device.Lines = []record.Line{{Line: 1, Credential: credential.ID, Domain: domain.ID, User: user.ID}}
	return tx.Create(device)
}
