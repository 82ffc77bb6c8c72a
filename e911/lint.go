package e911

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"dialtone/sip/route"
	"dialtone/store"
	"dialtone/store/record"
)

// Finding is something that is not as it should be when somebody calls for help.
type Finding struct {
	Code     string    `json:"code" doc:"What is wrong, from a closed list."`
	Resource record.ID `json:"resource" doc:"Where: a device, a location or the account."`
	Name     string    `json:"name" doc:"Its name."`
	Detail   string    `json:"detail" doc:"What is wrong, and what it leads to."`
}

// Codes of findings that are none of record's Missing codes.
const (
	FindingNoRecipients  = "location_without_recipients"
	FindingDeadRecipient = "recipient_unreachable"
	FindingNotKnown      = "e911_status"
)

// deadGateways are domains that turned mails into text messages and no longer do.
func deadGateways() []string {
	return []string{
		"txt.att.net", "mms.att.net", "tmomail.net", "vtext.com", "vzwpix.com", "messaging.sprintpcs.com", "pm.sprint.com",
		"sms.myboostmobile.com", "mymetropcs.com", "email.uscc.net", "sms.cricketwireless.net",
	}
}

// Lint looks at what a call for help from each device and location of an account would lack.
// The findings are sorted by resource and code.
func (s *Service) Lint(account record.ID) []Finding {
	var list []Finding
	var devices []*record.Device
	var locations []*record.Location
	s.store.View(func(v *store.View) {
		store.Each(v, account, func(d *record.Device) bool { devices = append(devices, d); return true })
		store.Each(v, account, func(l *record.Location) bool { locations = append(locations, l); return true })
	})
	s.config.Directory(func(dir route.Directory) {
		a := dir.Account(account)
		if a == nil {
			return
		}
		list = append(list, lintRecipients(a.ID, a.Name, a.EmergencyRecipients)...)
		for _, l := range locations {
			list = append(list, lintLocation(a, l)...)
		}
		for _, d := range devices {
			list = append(list, lintDevice(dir, d, s.now())...)
		}
	})
	slices.SortFunc(list, func(a, b Finding) int { return cmp.Compare(a.Key(), b.Key()) })
	return list
}

// Key sorts findings; no two have the same.
func (f *Finding) Key() string { return string(f.Resource) + "/" + f.Code + "/" + f.Detail }

func lintRecipients(id record.ID, name string, recipients []string) (list []Finding) {
	for _, r := range recipients {
		_, domain, _ := strings.Cut(strings.ToLower(r), "@")
		if slices.Contains(deadGateways(), domain) {
			list = append(list, Finding{FindingDeadRecipient, id, name, r + " is at a gateway to text messages that no longer delivers"})
		}
	}
	return list
}

func lintLocation(a *record.Account, l *record.Location) []Finding {
	list := lintRecipients(l.ID, l.Name, l.EmergencyRecipients)
	if len(a.EmergencyRecipients)+len(l.EmergencyRecipients) == 0 {
		list = append(list, Finding{FindingNoRecipients, l.ID, l.Name, "nobody is told of an emergency call from here"})
	}
	if l.E911Status != record.E911Provisioned {
		list = append(list, Finding{FindingNotKnown, l.ID, l.Name, "the carrier is not known to have the address: e911_status is " + l.E911Status})
	}
	return list
}

func lintDevice(dir route.Directory, d *record.Device, now time.Time) (list []Finding) {
	run, err := dryRun(dir, d.Account, d.ID, now, "")
	if err != nil {
		return nil // it cannot call
	}
	english := english()
	for _, m := range run.Missing {
		list = append(list, Finding{m, d.ID, d.Name, english.missing[m]})
	}
	return list
}

// States of a device's coverage.
const (
	CoverageTested  = "tested"
	CoverageNever   = "never_tested"
	CoverageMoved   = "moved"           // it stands elsewhere than at its last test
	CoverageChanged = "address_changed" // its location's address is another than then
)

// Coverage is how a device's path to help has been tested.
type Coverage struct {
	Device       record.ID  `json:"device" doc:"The device."`
	Name         string     `json:"name" doc:"Its name."`
	State        string     `json:"state" doc:"tested, never_tested, moved or address_changed since the last test."`
	Location     record.ID  `json:"location" doc:"Where it is now."`
	LocationName string     `json:"location_name" doc:"Name of the location."`
	LastTest     string     `json:"last_test" doc:"The last test call that was answered; empty without one."`
	LastTestAt   *time.Time `json:"last_test_at" doc:"When that was."`
}

// Coverage lists the devices of an account that can call, by identifier, with their last test
// call.
func (s *Service) Coverage(account record.ID) ([]Coverage, error) {
	tests, err := s.store.EmergencyTests(account)
	if err != nil {
		return nil, err
	}
	var devices []*record.Device
	s.store.View(func(v *store.View) {
		store.Each(v, account, func(d *record.Device) bool { devices = append(devices, d); return true })
	})
	var list []Coverage
	s.config.Directory(func(dir route.Directory) {
		for _, d := range devices {
			run, err := dryRun(dir, account, d.ID, s.now(), "")
			if err != nil {
				continue
			}
			c := Coverage{Device: d.ID, Name: d.Name, State: CoverageNever, Location: run.Location.ID, LocationName: run.Location.Name}
			if t, ok := tests[d.ID]; ok {
				at := t.At
				c.LastTest, c.LastTestAt, c.State = t.Event, &at, covered(&t, run)
			}
			list = append(list, c)
		}
	})
	slices.SortFunc(list, func(a, b Coverage) int { return cmp.Compare(a.Device, b.Device) })
	return list, nil
}

func covered(t *record.EmergencyTest, run *DryRun) string {
	switch {
	case t.Location != run.Location.ID:
		return CoverageMoved
	case t.Address != AddressDigest(&run.Location):
		return CoverageChanged
	}
	return CoverageTested
}
