package store

import (
	"fmt"
	"testing"
	"time"

	"dialtone/store/record"
)

func BenchmarkAuditSearch(b *testing.B) {
	s := openWith(b, Config{Dir: b.TempDir()})
	defer func() { closeStore(b, s) }()
	a := newAccount(b, s)
	begin := time.Now().Add(-300 * 24 * time.Hour)
	const entries = 200_000
	for from := 0; from < entries; from += 1000 {
		err := s.Update(b.Context(), func(tx *Tx) error {
			for n := from; n < from+1000; n++ {
				err := tx.Audit(a.ID, record.AuditEntry{
					Time: begin.Add(time.Duration(n) * time.Minute), Event: []string{"device.read", "user.list", "device.update"}[n%3],
					Resource: record.ID(fmt.Sprintf("dev_%026d", n*31%10_000)), Outcome: "success", IP: fmt.Sprint("192.0.2.", n%200),
					Actor: record.Actor{Type: record.ActorAPIKey, ID: record.ID(fmt.Sprintf("key_%026d", n%30)), Name: fmt.Sprint("Person ", n%30)},
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	for name, q := range map[string]AuditQuery{
		"everything": {}, "resource": {Resource: "dev_lone"}, "outcome": {Outcome: "denied"}, "ip": {IP: "203.0"}, "actor": {Actor: "nobody"},
	} {
		q.Account = a.ID
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.AuditEntries(q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
