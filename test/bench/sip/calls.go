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
// Kamailio as a stateful proxy, the time until it rings, and measures the memory of calls
// that are up.
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
	// callHold is how long a call is up in the comparison, callDrain how long the last
	// may take.
	callHold, callDrain = time.Second, 10 * time.Second
	// goalCall is how many times Kamailio's time a call may take: media is anchored here.
	goalCall = 1.5
	// goalDelay is how much later than the INVITE with credentials the caller may hear
	// that it rings, in ms.
	goalDelay = 5
	// goalCallMemory is that of an idle call, in bytes.
	goalCallMemory = 60 << 10
)

const proxy = "kamailio-proxy"

// exchange is a server and its phones.
type exchange struct {
	*server
	phones *load.Callers
}

func (r *run) calls() error {
	all, err := r.exchanges()
	defer func() {
		for _, x := range all {
			if x.phones != nil {
				x.phones.Close()
			}
			x.stop()
		}
	}()
	if err != nil {
		return err
	}
	for round := range r.Rounds {
		r.say("calls: round %d of %d", round+1, r.Rounds)
		for _, x := range all {
			if err := r.measureCalls(x); err != nil {
				return err
			}
		}
	}
	r.against(callWork, proxy, "Kamailio, stateful proxy", goalCall)
	r.delayRow()
	return r.idleCalls()
}

var callWork = fmt.Sprintf("call from extension to extension, %d/s", callRate)

// exchanges starts both servers, with every callee registered.
func (r *run) exchanges() (all []exchange, err error) {
	dir := filepath.Join(r.Scratch, "calls")
	r.say("calls: %d phones", callerCount+calleeCount)
	if err := furnishCalls(r.ctx, dir); err != nil {
		return nil, err
	}
	users := pattern()
	for _, one := range []struct {
		start func() (*server, error)
		dial  func(int) string
	}{
		{func() (*server, error) { return startDaemon(r.ctx, r.Daemon, dir) }, extensionOf},
		{func() (*server, error) { return startProxy(r.ctx, dir+"-proxy") }, func(i int) string { return users.Account(callerCount + i).User }},
	} {
		s, err := one.start()
		if err != nil {
			return all, err
		}
		phones, err := r.phones(s, one.dial)
		all = append(all, exchange{s, phones})
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

// phones are the callers and the callees of a server.
func (r *run) phones(s *server, dial func(int) string) (*load.Callers, error) {
	accounts := pattern().Accounts(callerCount + calleeCount)
	return load.NewCallers(r.ctx, load.CallConfig{Target: s.at, Callers: accounts[:callerCount], Callees: accounts[callerCount:], Dial: dial})
}

func (r *run) measureCalls(x exchange) error {
	before, err := x.cpu()
	if err != nil {
		return err
	}
	report, err := x.phones.Run(r.ctx, load.CallPlan{Rate: callRate, Duration: r.Window, Hold: callHold, Drain: callDrain})
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
	name := x.name + " " + callWork
	r.sample(name+" µs", float64((after-before).Nanoseconds())/1000/float64(report.Completed))
	r.sample(name+" done", float64(report.Completed)/float64(report.Started))
	r.sample(name+" repeated", float64(report.Repeated))
	slow, err := x.phones.Run(r.ctx, load.CallPlan{Rate: delayRate, Duration: r.Window, Hold: callHold, Drain: callDrain})
	if err != nil {
		return err
	}
	r.sample(x.name+" ringing p99 ms", slow.Ringing.P99)
	r.sample(x.name+" ringing p50 ms", slow.Ringing.P50)
	r.sample(x.name+" rang", float64(slow.Rang)/float64(slow.Started))
	return nil
}

func (r *run) delayRow() {
	ours := r.median("dialtone ringing p99 ms")
	cell := func(name string) string {
		s := fmt.Sprintf("%.1f ms (median %.1f)", r.median(name+" ringing p99 ms"), r.median(name+" ringing p50 ms"))
		if rang := r.median(name + " rang"); rang < 1 { // a 200 came first: it rang for nobody
			s += fmt.Sprintf(", of %.0f %%", 100*rang)
		}
		return s
	}
	r.Rows = append(r.Rows, Row{
		Work: fmt.Sprintf("INVITE to 180, p99 at %d/s", delayRate), Ours: cell("dialtone"), Peer: "Kamailio, stateful proxy " + cell(proxy),
		Goal: fmt.Sprintf("≤ %d ms", goalDelay), Met: ours > 0 && ours <= goalDelay,
	})
}

// idleCalls measures what calls that are up hold, media ports included, in a daemon of
// its own. It collects garbage early, so that what is held is measured and not what making
// the calls left behind.
func (r *run) idleCalls() error {
	const (
		calls, perSecond = 1000, 100 // more an account may not have
		begin            = calls / perSecond * time.Second
		slack            = 5 * time.Second
	)
	dir := filepath.Join(r.Scratch, "idle-calls")
	r.say("calls: %d idle", calls)
	if err := furnishCalls(r.ctx, dir); err != nil {
		return err
	}
	s, err := startDaemonWith(r.ctx, []string{"GOGC=5"}, r.Daemon, dir)
	if err != nil {
		return err
	}
	defer s.stop()
	phones, err := r.phones(s, extensionOf)
	if err != nil {
		return err
	}
	defer phones.Close()
	before, err := r.settled(s)
	if err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() {
		report, err := phones.Run(r.ctx, load.CallPlan{Rate: perSecond, Duration: begin, Hold: begin + settleLimit + slack, Drain: callDrain})
		if err == nil && report.Completed < calls*99/100 {
			err = fmt.Errorf("cannot hold calls: %+v", report)
		}
		done <- err
	}()
	time.Sleep(begin + slack)
	during, err := r.settled(s)
	if err := errors.Join(err, <-done); err != nil {
		return err
	}
	each := float64(during-before) / calls
	r.sample("dialtone idle call bytes", each)
	r.Rows = append(r.Rows, Row{
		Work: fmt.Sprintf("memory of an idle call, resident, %d of them", calls), Ours: fmt.Sprintf("%.1f KB", each/1024),
		Goal: "≤ 60 KB", Met: each > 0 && each <= goalCallMemory,
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
	return seats(ctx, st)
}

// seats gives every callee a user, an extension and a phone.
func seats(ctx context.Context, st *store.Store) error {
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
