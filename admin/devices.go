package admin

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"dialtone/provision/catalog"
	"dialtone/store"
	"dialtone/store/record"
)

const devicesPath = "/v1/accounts/{account}/devices"

// What is shown of a device's registration and configuration.
const (
	statusPending     = "pending-sync"
	statusProvisioned = "provisioned"
	registered        = "registered"
	notRegistered     = "not_registered"
)

// deviceFacts is what happens to a device: it never moves the revision.
type deviceFacts struct {
	Status             string     `json:"status" api:"readonly" doc:"pending-sync until the device has fetched its configuration, then provisioned."`
	RegistrationStatus string     `json:"registration_status" api:"readonly" doc:"registered when any of its lines is, else not_registered."`
	LastProvisionedAt  *time.Time `json:"last_provisioned_at" api:"readonly" doc:"When it last fetched its configuration."`
	LastIP             string     `json:"last_ip" api:"readonly" doc:"Where from."`
	Firmware           string     `json:"firmware" api:"readonly" doc:"Firmware, by its User-Agent."`
	ReportedModel      string     `json:"reported_model" api:"readonly" doc:"Model, by its User-Agent."`
	LastRegisteredAt   *time.Time `json:"last_registered_at" api:"readonly" doc:"When a line of it last registered."`
	LastCallAt         *time.Time `json:"last_call_at" api:"readonly" doc:"When it last had a call."`
	Bound              bool       `json:"bound" api:"readonly" doc:"Whether it has a provisioning URL of its own in use."`
	FetchedHash        *string    `json:"fetched_hash" api:"readonly" doc:"Hash of the configuration it last fetched."`
	ConfigHash         *string    `json:"config_hash" api:"readonly" doc:"Hash of its configuration now; only when devices are read or listed."`
	Drift              *bool      `json:"drift" api:"readonly" doc:"Whether the two differ; only when devices are read or listed."`
	// LineStates has a row for each of the device's own lines.
	LineStates []lineState `json:"line_states" api:"readonly" doc:"What each line registers as, and whether it is registered."`
}

// lineState is what is known of one line besides its record.
type lineState struct {
	Line           int       `json:"line" doc:"Number of the line."`
	CredentialList record.ID `json:"credential_list" doc:"The list its credential is in."`
	Username       string    `json:"username" doc:"User name it registers with."`
	Domain         string    `json:"domain" doc:"Name of the SIP domain it registers in."`
	Registered     bool      `json:"registered" doc:"Whether it is registered now."`
}

// deviceView is what the API shows of a device.
type deviceView struct {
	*record.Device
	deviceFacts
}

func devices() *collection[*record.Device] {
	return inAccount(collection[*record.Device]{
		path: devicesPath, param: "device", noun: "device",
		read: record.ScopeRead, write: record.ScopeWrite,
		blank:   record.NewDevice,
		prepare: prepareDevice,
		written: deviceWritten,
		show: func(c *call, d *record.Device, _ any) any {
			if !c.may(record.ScopeSecrets) {
				shown := *d
				shown.Overrides = d.Overrides.Concealed()
				d = &shown
			}
			return &deviceView{d, deviceFacts{Status: statusPending, RegistrationStatus: notRegistered, LineStates: []lineState{}}}
		},
		shown:   reflect.TypeFor[*deviceView](),
		live:    deviceLive,
		filters: deviceFilters(),
		match:   matchDevice,
	})
}

// prepareDevice fills in what follows from what is known: the model's own spelling,
// the type, the account's template.
func prepareDevice(_ *call, tx *store.Tx, in *input[*record.Device]) (any, error) {
	d := in.record
	model, known := catalog.Find(d.Vendor, d.Model)
	if d.Model != "" && known {
		d.Vendor, d.Model = model.Vendor, model.Name
	}
	if in.create || in.has("model") || in.has("vendor") || in.has("lines") || in.has("slot") || in.has("base") {
		if err := fitsModel(tx, d); err != nil {
			return nil, err
		}
	}
	fits := record.Deskphone
	if d.Model != "" && known {
		fits = typeOfModel(model)
	}
	switch {
	case d.Type == "" && d.MAC != "":
		d.Type = fits
	case d.Type == "" && d.IPEI != "":
		d.Type = record.DECTHandset
	case d.Type == "":
		return nil, invalidField("type", record.CodeRequired, "must be deskphone, dect_base, dect_handset or softphone")
	case (in.create || in.has("model")) && d.Model != "" && known && d.Type != fits:
		return nil, invalidField("type", record.CodeInvalid, "a %s is a %s", d.Model, fits)
	}
	if !in.create {
		return nil, nil
	}
	if d.Type == record.Deskphone && !in.has("button_template") {
		a, err := store.Load[*record.Account](tx, d.Account)
		if err != nil {
			return nil, err
		}
		d.ButtonTemplate = a.DefaultButtonTemplate
	}
	return nil, nil
}

// configurable says whether there is a file for the vendor's phones.
func configurable(vendor string) bool { return catalog.Generic(vendor).Vendor == vendor }

// fitsModel refuses a vendor there is no file for, and lines that the phone, and slots that the base, has not got:
// what stands there would reach no phone.
func fitsModel(tx *store.Tx, d *record.Device) error {
	var p record.Problems
	if m, known := catalog.Find(d.Vendor, d.Model); known && d.Model != "" && typeOfModel(m) == record.Deskphone {
		highest := len(d.Lines) // lines without a number take the next free ones
		for _, l := range d.Lines {
			highest = max(highest, l.Line)
		}
		if highest > m.Accounts {
			p.Add("lines", record.CodeOutOfRange, "a %s has %d lines", m.Name, m.Accounts)
		}
	}
	if vendor := strings.ToLower(strings.TrimSpace(d.Vendor)); vendor != "" && d.Type != record.Softphone && !configurable(vendor) {
		p.Add("vendor", record.CodeNotAvailable, "phones of %s cannot be configured yet", vendor)
	}
	if d.Base == "" {
		return p.Err()
	}
	base, err := store.Load[*record.Device](tx, d.Base)
	if err != nil || base.Account != d.Account {
		return p.Err() //nolint:nilerr // the reference itself is checked later
	}
	if m, known := catalog.Find(base.Vendor, base.Model); known && base.Model != "" && m.Handsets > 0 && d.Slot > m.Handsets {
		p.Add("slot", record.CodeOutOfRange, "a %s serves %d handsets", m.Name, m.Handsets)
	}
	return p.Err()
}

func typeOfModel(m *catalog.Model) string {
	switch m.Kind {
	case catalog.DECTBase:
		return record.DECTBase
	case catalog.DECTHandset:
		return record.DECTHandset
	case catalog.Deskphone, catalog.Conference:
	}
	return record.Deskphone
}

// deviceWritten takes a phone that has been added off the list of unknown ones.
func deviceWritten(_ *call, tx *store.Tx, in *input[*record.Device]) error {
	mac, err := record.ParseMAC(in.record.MAC)
	if err != nil {
		return nil //nolint:nilerr // no MAC: it is on no list
	}
	return tx.DeleteUnknownMAC(in.record.Account, mac)
}

func statusOf(s *record.DeviceState) string {
	if s.Provisioned() {
		return statusProvisioned
	}
	return statusPending
}

// deviceLive adds the facts to shown devices.
func deviceLive(c *call, shown []any) {
	c.view(func(v *store.View) {
		for _, s := range shown {
			d := s.(*deviceView)
			d.state(v.State(d.ID))
			d.LineStates = lineStates(v, d.Device)
		}
	})
	for _, s := range shown {
		d := s.(*deviceView)
		c.deviceRegistration(d)
		if c.op.event == "device.read" || c.op.event == "device.list" {
			c.deviceDrift(d)
		}
	}
}

func (d *deviceView) state(s *record.DeviceState) {
	d.Status = statusOf(s)
	if s == nil {
		return
	}
	d.LastProvisionedAt, d.LastRegisteredAt, d.LastCallAt = moment(s.LastProvisionedAt), moment(s.LastRegisteredAt), moment(s.LastCallAt)
	d.LastIP, d.Firmware, d.ReportedModel = s.LastIP, s.Firmware, s.Model
	d.Bound = s.BoundEpoch == d.BindingEpoch+1
	if s.FetchedHash != 0 {
		d.FetchedHash = hashText(s.FetchedHash)
	}
}

func lineStates(v *store.View, d *record.Device) []lineState {
	list := make([]lineState, 0, len(d.Lines))
	for _, l := range d.Lines {
		s := lineState{Line: l.Line}
		if c, ok := store.Get[*record.Credential](v, l.Credential); ok {
			s.CredentialList, s.Username = c.List, c.Username
		}
		if domain, ok := store.Get[*record.Domain](v, l.Domain); ok {
			s.Domain = domain.Domain
		}
		list = append(list, s)
	}
	return list
}

// deviceRegistration looks for a live contact of any line; a base's lines are those
// of its handsets.
func (c *call) deviceRegistration(d *deviceView) {
	if c.server.Registrations == nil {
		return
	}
	var lines []record.Line
	c.view(func(v *store.View) { lines = linesOf(v, d.Device) })
	for _, l := range lines {
		for _, r := range c.server.Registrations.ByCredential(d.Account, l.Credential) {
			d.RegistrationStatus = registered
			d.lineIsRegistered(l)
			if at := moment(r.RegisteredAt); d.LastRegisteredAt == nil || at != nil && at.After(*d.LastRegisteredAt) {
				d.LastRegisteredAt = at
			}
		}
	}
}

func (d *deviceView) lineIsRegistered(l record.Line) {
	for i := range d.LineStates {
		if d.Lines[i].Credential == l.Credential {
			d.LineStates[i].Registered = true
		}
	}
}

func (c *call) deviceDrift(d *deviceView) {
	if c.server.Hashes == nil {
		return
	}
	hash, has := c.server.Hashes.Hash(d.ID)
	if !has {
		return
	}
	now := hashText(hash)
	drift := d.FetchedHash != nil && *d.FetchedHash != *now
	d.ConfigHash, d.Drift = now, &drift
}

func hashText(h uint64) *string {
	s := fmt.Sprintf("%016x", h)
	return &s
}

// moment is nil for a time that never was.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
