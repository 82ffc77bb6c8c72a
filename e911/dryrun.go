package e911

import (
	"errors"
	"time"

	"dialtone/sip/route"
	"dialtone/store"
	"dialtone/store/record"
)

// ErrNoLine says that a device cannot call: it has no line.
var ErrNoLine = errors.New("the device has no line")

// DryRun is what would happen if a phone dialled the emergency number.
type DryRun struct {
	Device         record.ID                   `json:"device" doc:"The device."`
	Number         string                      `json:"number" doc:"What would be sent to the carrier for 911."`
	Caller         record.EmergencyCaller      `json:"caller" doc:"Who would call."`
	Location       record.EmergencyLocation    `json:"location" doc:"Where the call would come from."`
	CallbackNumber string                      `json:"callback_number" doc:"Number the emergency centre could call back, E.164; empty when there is none."`
	Conveyed       record.EmergencyConveyed    `json:"conveyed" doc:"What the first trunk would be told."`
	Trunks         []DryRunTrunk               `json:"trunks" doc:"The trunks in the order they would be tried."`
	Recipients     []record.EmergencyRecipient `json:"recipients" doc:"Who would be told."`
	Missing        []string                    `json:"missing" doc:"What is not set up, from a closed list; empty is as it should be."`
}

// DryRunTrunk is one trunk of a dry run.
type DryRunTrunk struct {
	ID         record.ID `json:"id" doc:"The provider account."`
	Name       string    `json:"name" doc:"Its name."`
	Emergency  bool      `json:"emergency" doc:"Whether it takes emergency calls."`
	Enabled    bool      `json:"enabled" doc:"Whether it is switched on; one that is not is tried last all the same."`
	Conveyance string    `json:"location_conveyance" doc:"How it is told the location."`
	Shown      string    `json:"shown_number" doc:"The caller's number as it would be told."`
}

// DryRun says what would happen if a device dialled 911. The error may be store.ErrNotFound
// or ErrNoLine.
func (s *Service) DryRun(account, device record.ID) (d *DryRun, err error) {
	s.config.Directory(func(dir route.Directory) { d, err = dryRun(dir, account, device, s.now(), s.config.MailDomain) })
	return d, err
}

func dryRun(dir route.Directory, account, device record.ID, now time.Time, domain string) (*DryRun, error) {
	dev := dir.Device(device)
	if dev == nil || dev.Account != account {
		return nil, store.ErrNotFound
	}
	if len(dev.Lines) == 0 {
		return nil, ErrNoLine
	}
	decision := route.Decide(dir, route.Caller{Account: account, Credential: dev.Lines[0].Credential}, "911", now)
	if decision.Emergency == nil {
		return nil, ErrNoLine
	}
	c := NewPlan(dir, &decision, now)
	d := &DryRun{
		Device: device, Number: c.Number, Caller: c.Caller, Location: c.Location, CallbackNumber: c.CallbackNumber,
		Recipients: c.Recipients, Missing: c.Missing,
	}
	for i := range decision.Emergency.Ways {
		w := &decision.Emergency.Ways[i]
		t := dir.ProviderAccount(w.Trunk)
		if t == nil {
			continue
		}
		if len(d.Trunks) == 0 {
			_, d.Conveyed = conveyance(c, w, t, false, domain)
		}
		d.Trunks = append(d.Trunks, DryRunTrunk{t.ID, t.Name, t.Trunk.Emergency, t.Enabled, t.Trunk.LocationConveyance, w.Shown.Number})
	}
	return d, nil
}

// TestNotification tells the recipients of a device, or of the account, of an emergency that
// is none, the way a real one is told. It gives the identifier once that is on disk.
func (s *Service) TestNotification(account, device record.ID) (id string, err error) {
	var c *record.EmergencyCall
	s.config.Directory(func(dir route.Directory) { c, err = rehearsal(dir, account, device, s.now()) })
	if err != nil {
		return "", err
	}
	return c.ID, s.try(job{stage: record.StageStarted, call: c, at: c.StartedAt})
}

// rehearsal is a call nobody makes.
func rehearsal(dir route.Directory, account, device record.ID, now time.Time) (*record.EmergencyCall, error) {
	d := route.Decision{Kind: route.Emergency, Account: account, Direction: record.CallEmergency}
	if device != "" {
		dev := dir.Device(device)
		switch {
		case dev == nil || dev.Account != account:
			return nil, store.ErrNotFound
		case len(dev.Lines) == 0:
			return nil, ErrNoLine
		}
		d = route.Decide(dir, route.Caller{Account: account, Credential: dev.Lines[0].Credential}, testNumber, now)
	} else if a := dir.Account(account); a != nil {
		d.From.Location = a.MainLocation
	}
	c := NewPlan(dir, &d, now)
	c.Test, c.Number, c.Dialled = true, testNumber, ""
	c.Outcome, c.EndedAt = record.EmergencyNoCall, c.StartedAt
	return c, nil
}

// testNumber tests the emergency path.
const testNumber = "933"
