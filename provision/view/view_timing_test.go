package view

import (
	"testing"

	"dialtone/store"
	"dialtone/store/record"
)

// BenchmarkRender is a cold fetch: everything looked up, unsealed, laid out and written.
func BenchmarkRender(b *testing.B) {
	o := newOffice(b)
	builder := o.builder()
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		o.store.View(func(v *store.View) {
			d, _ := store.Get[*record.Device](v, o.phone.ID)
			var err error
			if buf, _, err = builder.Render(v, d, Request{}, buf[:0]); err != nil {
				b.Fatal(err)
			}
		})
	}
}
