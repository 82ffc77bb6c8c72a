package main

import (
	"context"
	"net/mail"
	"path/filepath"
	"strings"

	"dialtone/admin"
	"dialtone/e911"
	"dialtone/sip/call"
	"dialtone/sip/dialog"
	"dialtone/sip/route"
	"dialtone/store"
	"dialtone/store/record"
)

// slotsFile is the file in the data folder that takes emergency calls before they are
// written.
const slotsFile = "emergency.slots"

// openEmergency begins to follow emergency calls, and tells of those a stopped daemon could
// not. The function it returns ends that, and must be called before the outbox is closed.
func (d *daemon) openEmergency() (closing func() error) {
	d.emergency = e911.Open(e911.Config{
		Store: d.store, Slots: filepath.Join(d.cfg.DataDir, slotsFile), MailDomain: mailDomain(d.cfg.Mail.From),
		Directory: d.directory, Log: d.log, Registerer: d.metrics,
		Notify: func(account record.ID, event string, data any) {
			d.hub.Publish(account, admin.Event{Type: event, Data: data})
		},
	})
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- d.emergency.Serve(ctx) }()
	return func() error {
		cancel()
		<-served
		return d.emergency.Close()
	}
}

// directory gives routing's view of the records.
func (d *daemon) directory(fn func(route.Directory)) {
	d.store.View(func(v *store.View) { fn(call.Directory(v)) })
}

// mailDomain is the domain mails come from.
func mailDomain(from string) string {
	if a, err := mail.ParseAddress(from); err == nil {
		if _, domain, ok := strings.Cut(a.Address, "@"); ok && domain != "" {
			return strings.ToLower(domain)
		}
	}
	return "dialtone.invalid"
}

// emergencies is what calls tell of emergencies.
type emergencies struct{ *e911.Service }

// Location is what goes into the INVITE to a trunk.
func (e emergencies) Location(id string, way *route.Way, trunk *record.ProviderAccount, refused bool) ([]dialog.Header, []dialog.Part) {
	said := e.Convey(id, way, trunk, refused)
	headers := make([]dialog.Header, 0, len(said.Headers))
	for _, h := range said.Headers {
		headers = append(headers, dialog.Header(h))
	}
	if said.Body == nil {
		return headers, nil
	}
	return headers, []dialog.Part{{ContentType: said.Body.ContentType, ContentID: said.Body.ContentID, Data: said.Body.Data}}
}

// Ended is told that a call is over.
func (e emergencies) Ended(id string, r *record.CallRecord) {
	gaveUp := r.Result == record.CallCancelled && r.HungUpBy == record.HungUpByCaller
	e.Service.Ended(id, r.HungUpBy, gaveUp)
}

// CalledBack is told of a call to the callback number.
func (e emergencies) CalledBack(id string, d *route.Decision) {
	e.Service.CalledBack(d.Account, *d.Window, id, d.From.Number)
}
