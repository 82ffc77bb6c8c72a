package sip

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"dialtone/internal/outbox"
	"dialtone/store"
	"dialtone/store/record"
	"dialtone/test/load"
)

// Emergency measures how soon mails about calls to 911 are taken, while phones boot, others
// call each other, and thousands of other mails wait.
func Emergency(ctx context.Context, o Options) (Result, error) {
	r := newRun(ctx, o)
	err := r.emergency()
	return r.Result, err
}

const (
	// helpRate is calls to 911 a second, busyRate other calls, while stormPhones boot.
	helpRate, busyRate = 2, 50
	stormPhones        = 10_000
	// helpTime is how long all that lasts, helpHold how long a call does.
	helpTime, helpHold = 25 * time.Second, 2 * time.Second
	// backlog is how many other mails wait, of backlogSize octets.
	backlog, backlogSize = 10_000, 16 << 10
	// goalTold and goalToldLate are how soon mail is to be taken, half of it and 99 %.
	goalTold, goalToldLate = time.Second, 3 * time.Second
	// helpers are the phones that dial 911.
	helpers = 20
	// mailWait is how long the last mails are waited for.
	mailWait = 10 * time.Second
)

// recipients are told of every call.
func recipients() []string { return []string{"desk@example.com", "guard@example.com"} }

func (r *run) emergency() error {
	dir := filepath.Join(r.Scratch, "emergency")
	r.say("emergency: %d phones, %d mails", callerCount+calleeCount+stormPhones, backlog)
	centre, err := newCarrier(r.ctx)
	if err != nil {
		return err
	}
	defer centre.close()
	relay, err := newMailRelay(r.ctx)
	if err != nil {
		return err
	}
	defer relay.close()
	if err := furnishEmergency(r.ctx, dir, centre.conn.LocalAddr().String()); err != nil {
		return err
	}
	environ := []string{fmt.Sprintf("DIALTONE_MAIL_RELAYS=[{host: 127.0.0.1, port: %d, tls: none}]", relay.port()), "DIALTONE_MAIL_FROM=phones@example.com"}
	s, err := startDaemonWith(r.ctx, environ, r.Daemon, dir)
	if err != nil {
		return err
	}
	defer s.stop()
	if err := r.alarm(s); err != nil {
		return err
	}
	return r.reportEmergency(centre, relay)
}

// alarm lets phones boot, call each other and call for help, all at the same time.
func (r *run) alarm(s *server) error {
	all := pattern().Accounts(callerCount + calleeCount)
	busy, err := load.NewCallers(r.ctx, load.CallConfig{Target: s.at, Callers: all[helpers:callerCount], Callees: all[callerCount:], Dial: extensionOf})
	if err != nil {
		return err
	}
	defer busy.Close()
	help, err := load.NewCallers(r.ctx, load.CallConfig{
		Target: s.at, Callers: all[:helpers], Callees: all[:1], Dial: func(int) string { return "911" },
	})
	if err != nil {
		return err
	}
	defer help.Close()
	fleet, err := r.fleet(s, len(all), len(all)+stormPhones)
	if err != nil {
		return err
	}
	defer fleet.Close()
	r.say("emergency: %v of everything at once", helpTime)
	var wg sync.WaitGroup
	var failed [3]error
	var booted load.Report
	var normal, urgent load.CallReport
	wg.Go(func() {
		booted, failed[0] = fleet.Storm(r.ctx, load.StormPlan{Spread: helpTime, Limit: helpTime + callDrain})
	})
	plan := load.CallPlan{Rate: busyRate, Duration: helpTime, Hold: helpHold, Drain: callDrain}
	wg.Go(func() { normal, failed[1] = busy.Run(r.ctx, plan) })
	plan.Rate = helpRate
	wg.Go(func() { urgent, failed[2] = help.Run(r.ctx, plan) })
	wg.Wait()
	if err := errors.Join(failed[:]...); err != nil {
		return err
	}
	r.Loads["dialtone emergency"] = append(r.Loads["dialtone emergency"], booted)
	for name, c := range map[string]load.CallReport{"911": urgent, "other": normal} {
		r.sample(name+" calls", float64(c.Completed))
		r.sample(name+" calls failed", float64(c.Started-c.Completed))
		r.sample(name+" ringing p50 ms", c.Ringing.P50)
		r.sample(name+" ringing p99 ms", c.Ringing.P99)
	}
	r.sample("phones booted", float64(booted.Phones-int(booted.GaveUp+booted.Unfinished)))
	return nil
}

// reportEmergency waits for the last mails, and adds the rows.
func (r *run) reportEmergency(centre *carrier, relay *mailRelay) error {
	calls := centre.calls()
	look := time.NewTicker(lookEvery / 10)
	defer look.Stop()
	var waits []time.Duration
	others := 0
	for begun := time.Now(); ; {
		var told map[string][]time.Time
		told, others = relay.taken()
		waits = waits[:0]
		for event, at := range calls {
			for _, taken := range told[event] {
				waits = append(waits, taken.Sub(at))
			}
		}
		if len(waits) >= len(calls)*len(recipients()) || time.Since(begun) > mailWait {
			break
		}
		select {
		case <-look.C:
		case <-r.ctx.Done():
			return r.ctx.Err()
		}
	}
	if len(waits) == 0 {
		return fmt.Errorf("cannot measure mails: of %d calls to 911 none was told", len(calls))
	}
	for _, w := range waits {
		r.sample("911 mail taken ms", float64(w.Microseconds())/1000)
	}
	r.Rows = append(r.Rows, r.toldRow(waits, len(calls), others), r.urgentRow())
	return nil
}

func (r *run) toldRow(waits []time.Duration, calls, others int) Row {
	slices.Sort(waits)
	middle, late := quantile(waits, 0.5), quantile(waits, 0.99)
	missing := calls*len(recipients()) - len(waits)
	ours := fmt.Sprintf("median %.0f ms, p99 %.0f ms of %d", float64(middle.Microseconds())/1000, float64(late.Microseconds())/1000, len(waits))
	if missing > 0 {
		ours += fmt.Sprintf(", %d missing", missing)
	}
	return Row{
		Work: fmt.Sprintf("911: INVITE at the trunk to mail taken; %d mails wait (%d sent), %.0f phones boot, %d calls/s", backlog, others, r.median("phones booted"), busyRate),
		Ours: ours, Goal: "≤ 1 s median, ≤ 3 s p99", Met: missing == 0 && middle <= goalTold && late <= goalToldLate,
	}
}

// urgentRow compares how soon a call to 911 rings with how soon another call does.
func (r *run) urgentRow() Row {
	cell := func(name string) string {
		return fmt.Sprintf("median %.1f ms, p99 %.1f ms of %.0f", r.median(name+" ringing p50 ms"), r.median(name+" ringing p99 ms"), r.median(name+" calls"))
	}
	const same = 1 // ms
	return Row{
		Work: "– 911: INVITE to 180, beside other calls of the same seconds", Ours: cell("911"), Floor: "other calls " + cell("other"),
		Goal: "no later", Met: r.median("911 calls failed") == 0 && r.median("911 ringing p50 ms") <= r.median("other ringing p50 ms")+same,
	}
}

// quantile is the value that a share q of sorted ones does not exceed.
func quantile(sorted []time.Duration, q float64) time.Duration {
	return sorted[max(int(math.Ceil(q*float64(len(sorted)))), 1)-1]
}

// furnishEmergency makes the phones, a trunk to a carrier, recipients and the other mails.
func furnishEmergency(ctx context.Context, dir, carrier string) (err error) {
	if err := furnish(ctx, dir, callerCount+calleeCount+stormPhones); err != nil {
		return err
	}
	st, err := store.Open(store.Config{Dir: dir, Log: slog.New(slog.DiscardHandler)}) //nolint:contextcheck // a store ends by Close
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	if err := seats(ctx, st); err != nil {
		return err
	}
	var account record.ID
	st.View(func(v *store.View) {
		a := pattern().Account(0)
		if u, ok := v.SIPUser([]byte(a.Domain), []byte(a.User)); ok {
			account = u.Credential.Account
		}
	})
	if err := st.Update(ctx, func(tx *store.Tx) error { return expectHelp(tx, account, carrier) }); err != nil {
		return fmt.Errorf("cannot create trunk: %w", err)
	}
	const perWrite = 50
	for first := 0; first < backlog; first += perWrite {
		if err := st.Update(ctx, func(tx *store.Tx) error { return putMails(tx, account, first, first+perWrite) }); err != nil {
			return fmt.Errorf("cannot create mails: %w", err)
		}
	}
	return nil
}

// expectHelp makes what a call to 911 needs.
func expectHelp(tx *store.Tx, account record.ID, carrier string) error {
	place := record.NewLocation()
	place.Account, place.Name, place.Floor, place.PrimaryNumber = account, "Head office", "86", "+12125550100"
	place.Address = record.Address{HouseNumber: "350", Street: "5th", StreetSuffix: "Ave", City: "New York", State: "NY", Zip: "10118", Country: "US"}
	if err := tx.Create(place); err != nil {
		return err
	}
	a, err := store.Load[*record.Account](tx, account)
	if err != nil {
		return err
	}
	a.MainLocation, a.EmergencyRecipients = place.ID, recipients()
	if err := tx.Replace(a, 0); err != nil {
		return err
	}
	t := record.NewProviderAccount()
	t.Account, t.Name, t.Provider = account, "Carrier", record.ProviderSIP
	t.Trunk.Hosts, t.Trunk.Transport, t.Trunk.Authentication = []string{carrier}, "udp", record.TrunkIP
	t.Trunk.Emergency, t.Trunk.LocationConveyance, t.Trunk.OptionsPing = true, record.ConveyPIDFLO, false
	return tx.Create(t)
}

// putMails puts the mails first..end into the lane of faxes.
func putMails(tx *store.Tx, account record.ID, first, end int) error {
	page := strings.Repeat("All work and no play. ", backlogSize/22)
	for i := first; i < end; i++ {
		m := outbox.Mail{
			MessageID: fmt.Sprintf("fax%d@example.com", i), Date: tx.Now(), To: fmt.Sprintf("clerk%d@example.com", i),
			Subject: "Fax", Text: page,
		}
		row, err := m.Row(store.OutboxFax, account, fmt.Sprintf("clerk%d", i), tx.Now())
		if err != nil {
			return err
		}
		if _, err := tx.PutOutbox(row); err != nil {
			return err
		}
	}
	return nil
}
