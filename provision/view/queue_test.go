package view

import (
	"testing"

	"dialtone/provision/layout"
	"dialtone/store"
	"dialtone/store/record"
)

// The keys of a queue watch what leads to it now.
func TestQueueKeys(t *testing.T) {
	o := newOffice(t)
	q := record.NewCallQueue()
	q.Name, q.Members = "Support", []record.QueueMember{{User: o.ann.ID}}
	err := o.store.Update(t.Context(), func(tx *store.Tx) error {
		d, err := store.Load[*record.Device](tx, o.phone.ID)
		if err != nil {
			return err
		}
		q.Account = d.Account
		if err := tx.Create(q); err != nil {
			return err
		}
		for _, number := range []string{"1801", "1800", "1799"} {
			e := record.NewExtension()
			e.Account, e.Number, e.Target = q.Account, number, record.Target{Type: record.TargetCallQueue, ID: q.ID}
			if number == "1799" {
				e.Status = record.Inactive
			}
			if err := tx.Create(e); err != nil {
				return err
			}
		}
		d.ButtonOverrides = []record.Button{
			{Position: 5, Type: record.ButtonQueueAgent, Target: &record.ButtonTarget{Queue: q.ID}},
			{Position: 6, Type: record.ButtonQueueDepth, Target: &record.ButtonTarget{Queue: q.ID}},
		}
		return tx.Replace(d, 0)
	})
	if err != nil {
		t.Fatal(err)
	}
	with := o.builder(func(c *Config) { c.Features = layout.Features{BLF: true, Queues: true} })
	o.view(t, o.phone.ID, func(v *store.View, d *record.Device) {
		data, _, err := with.Render(v, d, Request{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		expect(t, parameters(data), map[string]string{
			"linekey.5.type": "16", "linekey.5.line": "1", "linekey.5.value": "*451800*1001", "linekey.5.label": "Support",
			"linekey.5.extension": "*451800*1001", "linekey.6.type": "16", "linekey.6.value": "1800", "linekey.6.extension": "**1800",
		})
		if data, _, err = o.builder().Render(v, d, Request{}, nil); err != nil {
			t.Fatal(err)
		}
		expect(t, parameters(data), map[string]string{"linekey.5.type": "0", "linekey.6.type": "0"})
	})
}
