package view

import (
	"cmp"
	"time"

	"dialtone/provision/catalog"
	"dialtone/provision/layout"
	"dialtone/store"
	"dialtone/store/record"
)

// secrets is what the store keeps from plain sight.
type secrets interface {
	Unseal(id record.ID, field string, sealed []byte) (string, error)
	// DeviceToken is the token of a device's own provisioning URL.
	DeviceToken(d *record.Device) string
}

// Config is what every phone's file depends on besides the records.
type Config struct {
	// Secrets is the store.
	Secrets secrets
	SIP     Listeners
	// URL is the scheme, host and port phones fetch from, without a path: "https://phones.example.com". Empty means
	// Scheme, the address facing the phone, and Port.
	URL    string
	Scheme string
	Port   int
	// Features that exist, see [layout.Features].
	Features layout.Features
	// Expires is the life of a registration in seconds; 0 means 3600.
	Expires int
	// Uploads lets phones store their local contacts here.
	Uploads bool
	// Now tells the year whose summer time is written; nil for time.Now.
	Now func() time.Time
}

// Listeners are the SIP listeners phones are pointed at.
type Listeners struct {
	// Host is the advertised name or address; empty means the address facing the phone.
	Host string
	// Ports by transport, 0 where the daemon does not listen.
	UDP, TCP, TLS int
}

// Request is how a phone comes for its file.
type Request struct {
	// Facing is the address of this machine the phone talks to, without a port. It stands for what Config leaves
	// empty, so files may differ between phones that come in over different addresses.
	Facing string
	// Enrolling is set while a phone with a provisioning URL of its own still comes over the account's: it is then
	// told to fetch again within a minute, over its own.
	Enrolling bool
	// Model is what the phone says it is now, for a device whose record names no model; empty stands for what it said
	// when it last fetched.
	Model string
}

// Builder builds views. It is safe for concurrent use.
type Builder struct {
	cfg    Config
	clocks clocks
}

// New makes a builder.
func New(cfg Config) *Builder {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	cfg.Expires = cmp.Or(cfg.Expires, 3600)
	cfg.Scheme = cmp.Or(cfg.Scheme, "http")
	return &Builder{cfg: cfg}
}

// fallbackBase stands in for a DECT base of unknown model: the commonest single-cell base.
const fallbackBase = "W70B"

// Model is the catalogue's model of a device: the one its record names, else the one the phone said it is when it last
// fetched, else the vendor's generic phone.
func Model(v *store.View, d *record.Device) *catalog.Model { return model(v, d, "") }

func model(v *store.View, d *record.Device, said string) *catalog.Model {
	name := cmp.Or(d.Model, said)
	if state := v.State(d.ID); name == "" && state != nil {
		name = state.Model
	}
	m, known := catalog.Find(d.Vendor, name)
	if !known {
		m = catalog.Generic(d.Vendor)
	}
	if d.Type == record.DECTBase && m.Kind != catalog.DECTBase {
		m, _ = catalog.Find("yealink", fallbackBase)
	}
	return m
}
