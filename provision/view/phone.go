package view

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"dialtone/provision/layout"
	"dialtone/provision/render"
	"dialtone/store"
	"dialtone/store/record"
)

// ErrNoFile says that a device of that type has no configuration file: softphones, and handsets, whose base has it.
var ErrNoFile = errors.New("the device has no configuration file")

// errNoAccount cannot happen while the store keeps references whole.
var errNoAccount = errors.New("the device's account does not exist")

// Phone resolves everything a device's file is made from. Its errors are ErrNoFile and secrets that cannot be opened.
func (b *Builder) Phone(v *store.View, d *record.Device, r Request) (*render.Phone, error) {
	if d.Type != record.Deskphone && d.Type != record.DECTBase {
		return nil, fmt.Errorf("cannot render %q: %w", d.ID, ErrNoFile)
	}
	s, err := b.scene(v, d, r)
	if err != nil {
		return nil, err
	}
	p := &render.Phone{
		Model:           s.model,
		Modules:         layout.Modules(s.model, d.ExpansionModules),
		Settings:        s.settings,
		Clock:           b.clocks.of(s.timezone(), b.cfg.Now().Year()),
		Emergency:       s.emergency(),
		EmergencyServer: s.server(),
		Phonebook:       s.account.Name,
	}
	if b.cfg.Features.BLF {
		p.PickupCode = s.account.FeatureCodes["pickup"]
	}
	if b.cfg.Features.Park {
		p.ParkCode = s.account.FeatureCodes["park"]
	}
	if d.Type == record.DECTBase {
		p.Handsets, err = s.handsets()
	} else {
		p.Keys = layout.Effective(s.layoutInput(), s.directory())
		p.Lines, err = s.lines(d)
	}
	if err != nil {
		return nil, err
	}
	if p.Admin, err = s.admin(); err != nil {
		return nil, err
	}
	p.Source, err = s.source()
	return p, err
}

// Layout is the device's effective layout; a base, a handset or a softphone has keys only to say why they don't work.
func (b *Builder) Layout(v *store.View, d *record.Device) ([]layout.Key, error) {
	s, err := b.scene(v, d, Request{})
	if err != nil {
		return nil, err
	}
	return layout.Effective(s.layoutInput(), s.directory()), nil
}

// Render appends the device's configuration file to dst and returns its hash (see [Hash]).
func (b *Builder) Render(v *store.View, d *record.Device, r Request, dst []byte) ([]byte, uint64, error) {
	p, err := b.Phone(v, d, r)
	if err != nil {
		return dst, 0, err
	}
	start := len(dst)
	dst, err = render.Append(dst, p)
	if err != nil {
		return dst, 0, err
	}
	return dst, Hash(dst[start:]), nil
}

// Hash identifies a file's bytes: the first 8 bytes of their SHA-256, big endian, as [record.DeviceState] keeps it.
func Hash(file []byte) uint64 {
	sum := sha256.Sum256(file)
	return binary.BigEndian.Uint64(sum[:8])
}
