package sip

import (
	"time"

	"dialtone/sip/registrar"
	"dialtone/store"
	"dialtone/store/record"
)

// seen is a phone that has registered anew.
type seen struct {
	device, account record.ID
	at              time.Time
}

// Bounds of what waits to be noted about phones.
const (
	maxSeen   = 8192
	maxEvents = 4096
)

// noteSeen notes that a phone has registered anew.
func (s *Server) noteSeen(b *registrar.Binding) {
	s.store.View(func(v *store.View) {
		if l, ok := v.Line(record.ID(b.Credential)); ok {
			s.seen.Add(seen{l.Device.ID, l.Device.Account, b.RegisteredAt.UTC()})
		}
	})
}

func putSeen(tx *store.Tx, list []seen) error {
	for _, p := range list {
		err := tx.PutState(p.device, p.account, func(d *record.DeviceState) { d.LastRegisteredAt = p.at })
		if err != nil {
			return err
		}
	}
	return nil
}
