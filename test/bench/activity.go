package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"time"

	"dialtone/store"
	"dialtone/store/record"
)

// goalAuditPage is how long one page of a filtered audit log may take.
const goalAuditPage = 200 * time.Millisecond

const (
	// auditBatch is how many entries one transaction of the fixture has.
	auditBatch = 1000
	// auditSpan is the time the entries are spread over, within retention.
	auditSpan = 300 * 24 * time.Hour
	// auditRounds is how often each filter is asked.
	auditRounds = 5
	// Of the fixture: resources, people, addresses.
	auditDevices, auditPeople, auditSources = 10_000, 30, 200
)

// Values of the fixture that are searched for.
const (
	commonEvent = "device.read"
	loneSource  = "203.0.113.77"
	loneDevice  = "dev_lone"
)

// auditEvents are the fixture's, the first ones more often.
func auditEvents() []string {
	return []string{
		commonEvent, "device.list", "user.read", "user.list", commonEvent, "call.list", "registration.list", "device.update", "user.update",
		"credential.reveal", "extension.create", "button_template.update", "device.create", "device.delete", "audit_entry.list", "fax.create",
	}
}

// auditEntry is number n of the fixture. Denied entries are never of device.update, and
// the lone ones are among the oldest.
func auditEntry(n int, at time.Time) record.AuditEntry {
	events := auditEvents()
	e := record.AuditEntry{
		Time: at, Event: events[n*7%len(events)], Outcome: record.OutcomeSuccess,
		Resource: record.ID(fmt.Sprintf("dev_%026d", n*31%auditDevices)),
		Actor:    record.Actor{Type: record.ActorAPIKey, ID: record.ID(fmt.Sprintf("key_%026d", n%auditPeople)), Name: fmt.Sprint("Person ", n%auditPeople)},
		IP:       fmt.Sprintf("192.0.2.%d", n*13%auditSources),
	}
	switch {
	case n%50 == 0 && e.Event != "device.update":
		e.Outcome, e.Detail = record.OutcomeDenied, "forbidden: the key lacks the scope write"
	case n%20 == 0:
		e.Outcome = record.OutcomeFailure
	}
	if e.Event == "device.update" {
		e.Changes = []record.FieldChange{{Field: "name", Before: "Front desk", After: fmt.Sprint("Desk ", n)}}
	}
	if n == 100 || n == 4000 {
		e.IP, e.Resource = loneSource, loneDevice
	}
	return e
}

// keepAudit fills an account's audit log.
func keepAudit(ctx context.Context, dir string, entries int) (account record.ID, err error) {
	st, err := openStore(dir)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	a := record.NewAccount()
	a.Name, a.Email = "Audited", "it@example.com"
	if err := st.Update(ctx, func(tx *store.Tx) error { return tx.Create(a) }); err != nil {
		return "", err
	}
	begin := time.Now().Add(-auditSpan)
	for from := 0; from < entries; from += auditBatch {
		err := st.Update(ctx, func(tx *store.Tx) error {
			for n := from; n < min(from+auditBatch, entries); n++ {
				at := begin.Add(time.Duration(float64(n) / float64(entries) * float64(auditSpan)))
				if err := tx.Audit(a.ID, auditEntry(n, at)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return "", err
		}
	}
	return a.ID, nil
}

// auditFilter is one search.
type auditFilter struct {
	name  string
	query url.Values
}

// auditFilters are searches that find at once, that find little at the far end, and
// that find nothing though each half of them is common.
func auditFilters() []auditFilter {
	middle := time.Now().Add(-auditSpan / 2).UTC()
	window := url.Values{"from": {middle.Format(time.RFC3339)}, "to": {middle.Add(24 * time.Hour).Format(time.RFC3339)}, "outcome": {record.OutcomeDenied}}
	return []auditFilter{
		{"everything", url.Values{}},
		{"one event", url.Values{"event": {commonEvent}}},
		{"writes, denied", url.Values{"writes": {"true"}, "outcome": {record.OutcomeDenied}}},
		{"two that never meet", url.Values{"event": {"device.update"}, "outcome": {record.OutcomeDenied}}},
		{"an address at the far end", url.Values{"ip": {loneSource}}},
		{"a part of no address", url.Values{"ip": {"198.51"}}},
		{"a resource at the far end", url.Values{"resource": {loneDevice}}},
		{"no such resource", url.Values{"resource": {"number_"}}},
		{"one person's failures at one device", url.Values{"actor": {"Person 7"}, "outcome": {record.OutcomeFailure}, "resource": {"dev_00000000000000000000000001"}}},
		{"no such person, all else common", url.Values{"actor": {"Nobody"}, "writes": {"false"}, "ip": {"192"}, "resource": {"dev_"}}},
		{"a day of denials in the middle", window},
		{"all filters, found nowhere", url.Values{"event": {"user.update", "device.update"}, "writes": {"true"}, "actor": {"person"}, "ip": {"0.2"}, "resource": {"dev_"}, "outcome": {record.OutcomeDenied}, "from": window["from"]}},
	}
}

// activity measures pages of a large audit log through the API.
func (b *bench) activity() error {
	dir := filepath.Join(b.scratch, "activity")
	var account record.ID
	created, err := lasts(func() (err error) {
		account, err = keepAudit(b.ctx, dir, b.entries)
		return err
	})
	if err != nil {
		return err
	}
	d, _, err := b.startDaemon(dir)
	if err != nil {
		return err
	}
	defer d.stop()
	if _, err := b.settle(d); err != nil { // the first start compacts the store
		return err
	}
	path := "/v1/accounts/" + string(account) + "/audit_entries"
	for range auditRounds {
		for _, f := range auditFilters() {
			took, err := lasts(func() error { return b.auditPage(d, path, f) })
			if err != nil {
				return fmt.Errorf("cannot search for %s: %w", f.name, err)
			}
			b.report.sample("audit page ms: "+f.name, float64(took)/float64(time.Millisecond))
		}
	}
	verified, err := lasts(func() error { return b.verifyAudit(d, path) })
	if err != nil {
		return err
	}
	b.reportActivity(created, verified)
	return nil
}

// ask reads an answer of the API.
func (b *bench) ask(d *daemon, method, target string, into any) error {
	req, err := http.NewRequestWithContext(b.ctx, method, "http://"+d.admin+target, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+d.key)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%w: %s: %s", errAnswer, resp.Status, body)
	}
	return json.Unmarshal(body, into)
}

// auditPage asks for the largest page there is. A page that is short must be the last.
func (b *bench) auditPage(d *daemon, path string, f auditFilter) error {
	query := url.Values{"limit": {"100"}}
	for name, values := range f.query {
		query[name] = values
	}
	var page struct {
		Data []record.AuditEntry
		Next *string
	}
	if err := b.ask(d, http.MethodGet, path+"?"+query.Encode(), &page); err != nil {
		return err
	}
	if len(page.Data) < 100 && page.Next != nil {
		return fmt.Errorf("%w: %d entries and more to come", errAnswer, len(page.Data))
	}
	return nil
}

func (b *bench) verifyAudit(d *daemon, path string) error {
	var proof struct {
		Intact bool
		Detail string
	}
	if err := b.ask(d, http.MethodPost, path+"/verify", &proof); err != nil {
		return err
	}
	if !proof.Intact {
		return fmt.Errorf("%w: %s", errAnswer, proof.Detail)
	}
	return nil
}

func (b *bench) reportActivity(created, verified time.Duration) {
	r := &b.report
	var all, medians []float64
	slowest := ""
	for _, f := range auditFilters() {
		name := "audit page ms: " + f.name
		all = append(all, r.Samples[name]...)
		medians = append(medians, r.median(name))
		if r.median(name) == slices.Max(medians) {
			slowest = f.name
		}
	}
	worst, limit := slices.Max(all), float64(goalAuditPage/time.Millisecond)
	r.add(row{
		Work: fmt.Sprintf("page of 100 of an audit log with %d entries, %d filters", b.entries, len(medians)),
		Ours: fmt.Sprintf("p50 %.1f ms, worst %.1f ms", median(all), worst), Goal: fmt.Sprintf("≤ %.0f ms", limit), Met: met(worst <= limit),
	})
	r.add(row{Work: "– the slowest filter: " + slowest, Ours: fmt.Sprintf("%.1f ms", slices.Max(medians))})
	n := float64(b.entries)
	r.add(row{Work: "– write entries", Ours: fmt.Sprintf("%.0f/s", n/created.Seconds())})
	r.add(row{Work: "– verify all hashes", Ours: fmt.Sprintf("%.1f s", verified.Seconds())})
}
