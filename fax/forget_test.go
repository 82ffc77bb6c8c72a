package fax

import (
	"errors"
	"testing"

	"dialtone/fax/t30"
	"dialtone/store"
	"dialtone/store/record"
)

// deliver says that the mail to a recipient was taken.
func (o *office) deliver(f *record.Fax, to string) {
	o.t.Helper()
	row, err := o.store.OutboxHead(store.OutboxFax, store.OutboxQueue{Account: o.account, Name: queueOf(f, to)})
	if err != nil || row == nil {
		o.t.Fatalf("no mail to %s: %v", to, err)
	}
	err = o.store.Update(o.t.Context(), func(tx *store.Tx) error {
		return tx.SettleOutbox(*row, store.OutboxResult{State: store.OutboxDelivered})
	})
	if err != nil {
		o.t.Fatal(err)
	}
}

// A document goes once all recipients have it, and not before; one too large to be mailed
// nobody has, and it stays.
func TestForgetMailed(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		size int64 // what the PDF is said to have; 0 as it is
		gone bool
	}{
		{"attached", 0, true},
		{"too large", maxAttached, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := newOffice(t)
			o.number.DeleteDocuments = true
			r := o.begin()
			if err := r.Page(t30.Page{Code: corrected, Data: white(t, corrected, 3)}); !errors.Is(err, t30.ErrPending) {
				t.Fatal(err)
			}
			f := o.over(r, t30.OK)
			if tc.size > 0 {
				f.PDFSize = tc.size
				if err := o.put(&f); err != nil {
					t.Fatal(err)
				}
			}
			look := func() record.Fax {
				o.forgetMailed()
				now, err := o.store.Fax(o.account, f.ID)
				if err != nil {
					t.Fatal(err)
				}
				return now
			}
			o.deliver(&f, "ann@example.com")
			if now := look(); now.Deleted || now.TIFFSize == 0 {
				t.Errorf("with one mail under way: %+v", now)
			}
			o.deliver(&f, "bob@example.com")
			if now := look(); now.Deleted != tc.gone || (now.TIFFSize == 0) != tc.gone {
				t.Errorf("with all mails taken: %+v", now)
			}
		})
	}
}
