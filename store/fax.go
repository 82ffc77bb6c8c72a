package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"dialtone/store/blob"
	"dialtone/store/kv"
	"dialtone/store/record"
)

// Keys of faxes (history tables):
//
//	fax/<account>/<id>                       the record; identifiers sort by the beginning
//	fax_open/<account>/<id>                  those that are not over
//	fax_delete/<account>/<id>                those whose document goes once it is mailed
//	fax_page/<account>/<id>/<n, big endian>  a page that was received; gone once there is a document

// PutFax writes a fax. One of an account that is not there is dropped.
func (tx *Tx) PutFax(f *record.Fax) error {
	alive, err := tx.alive(f.Account)
	if err != nil || !alive {
		return err
	}
	if !record.IsFaxID(f.ID) {
		return fmt.Errorf("cannot write fax %q: malformed identifier", f.ID)
	}
	b, err := encode(f)
	if err != nil {
		return fmt.Errorf("cannot encode fax %q: %w", f.ID, err)
	}
	return errors.Join(
		tx.buf.Put(historyKey(tableFax, f.Account, f.ID), b),
		tx.mark(historyKey(tableFaxOpen, f.Account, f.ID), !f.Over()),
		tx.mark(historyKey(tableFaxDelete, f.Account, f.ID), f.Over() && f.DeleteMailed && !f.Deleted && f.TIFFSize > 0),
	)
}

// Fax is one fax; ErrNotFound without one.
func (tx *Tx) Fax(account record.ID, id string) (record.Fax, error) {
	return readFax(tx.buf, account, id)
}

// DeleteFax deletes a fax that is over; ErrNotFound without one. Its documents go with the
// next sweep.
func (tx *Tx) DeleteFax(account record.ID, id string) error {
	f, err := tx.Fax(account, id)
	if err != nil {
		return err
	}
	if !f.Over() {
		return conflict("", ConflictState, "the fax is not over")
	}
	return tx.eraseFax(&f)
}

func (tx *Tx) eraseFax(f *record.Fax) error {
	return errors.Join(
		tx.buf.Delete(historyKey(tableFax, f.Account, f.ID)),
		tx.mark(historyKey(tableFaxOpen, f.Account, f.ID), false),
		tx.mark(historyKey(tableFaxDelete, f.Account, f.ID), false),
		tx.ForgetFaxPages(f.Account, f.ID),
	)
}

func faxPagePrefix(account record.ID, id string) []byte {
	return historyKey(tableFaxPage, account, id+"/")
}

// PutFaxPage writes page n, counted from 0, of a fax that is being received.
func (tx *Tx) PutFaxPage(account record.ID, id string, n int, p *record.FaxPage) error {
	b, err := encode(p)
	if err != nil {
		return fmt.Errorf("cannot encode page %d of fax %q: %w", n+1, id, err)
	}
	return tx.buf.Put(binary.BigEndian.AppendUint32(faxPagePrefix(account, id), uint32(n)), b)
}

// ForgetFaxPages forgets the single pages of a fax: there is a document of them.
func (tx *Tx) ForgetFaxPages(account record.ID, id string) error {
	var keys [][]byte
	err := tx.buf.Scan(kv.Range{Prefix: faxPagePrefix(account, id), KeysOnly: true}, func(key, _ []byte) (bool, error) {
		keys = append(keys, append([]byte(nil), key...))
		return true, nil
	})
	for _, key := range keys {
		err = errors.Join(err, tx.buf.Delete(key))
	}
	return err
}

// FaxPages are the pages of a fax that is being received, or was when the daemon died.
func (s *Store) FaxPages(account record.ID, id string) (list []record.FaxPage, err error) {
	err = s.engine.View(func(r kv.Reader) error {
		return r.Scan(kv.Range{Prefix: faxPagePrefix(account, id)}, func(_, value []byte) (bool, error) {
			var p record.FaxPage
			if err := decode(value, &p); err != nil {
				return false, fmt.Errorf("cannot read page %d of fax %q: %w", len(list)+1, id, err)
			}
			list = append(list, p)
			return true, nil
		})
	})
	return list, err
}

func readFax(r kv.Reader, account record.ID, id string) (f record.Fax, err error) {
	if !record.IsFaxID(id) {
		return f, ErrNotFound
	}
	b, err := r.Get(historyKey(tableFax, account, id))
	if errors.Is(err, kv.ErrNotFound) {
		return f, ErrNotFound
	}
	if err == nil {
		err = decode(b, &f)
	}
	if err != nil {
		return f, fmt.Errorf("cannot read fax %q: %w", id, err)
	}
	return f, nil
}

// Fax is one fax; ErrNotFound without one.
func (s *Store) Fax(account record.ID, id string) (f record.Fax, err error) {
	err = s.engine.View(func(r kv.Reader) error {
		f, err = readFax(r, account, id)
		return err
	})
	return f, err
}

// FaxQuery asks for faxes, the newest first. What is empty does not filter.
type FaxQuery struct {
	Account          record.ID
	Direction, State string
	Number           string // from or to these digits
	User             record.ID
	From, To         time.Time // bounds of created_at, From included, To not
	After            string
	Limit            int
}

// Faxes lists what the query asks for.
func (s *Store) Faxes(q FaxQuery) (page Page[record.Fax], err error) {
	start := ""
	if !q.To.IsZero() {
		start = record.FaxPrefix + lastStamp(q.To)
	}
	err = s.engine.View(func(r kv.Reader) error {
		page, err = newest(r, walk{historyPrefix(tableFax, q.Account), record.IsFaxID, q.After, start, q.Limit},
			func(rest string, value []byte) (f record.Fax, what verdict, err error) {
				if err := decode(value, &f); err != nil {
					return f, stop, fmt.Errorf("cannot read fax %q: %w", rest, err)
				}
				return f, q.judge(&f), nil
			})
		return err
	})
	return page, err
}

func (q *FaxQuery) judge(f *record.Fax) verdict {
	switch {
	case f.CreatedAt.Before(q.From.Add(-slack)):
		return stop
	case f.CreatedAt.Before(q.From), !q.To.IsZero() && !f.CreatedAt.Before(q.To),
		q.Direction != "" && f.Direction != q.Direction,
		q.State != "" && f.State != q.State,
		q.User != "" && f.User != q.User,
		q.Number != "" && f.From != q.Number && f.To != q.Number:
		return skip
	}
	return keep
}

// OpenFaxes are those that are not over, of all accounts.
func (s *Store) OpenFaxes() ([]record.Fax, error) { return s.markedFaxes(tableFaxOpen) }

// FaxesToDelete are those whose document goes once all recipients have it, of all accounts.
func (s *Store) FaxesToDelete() ([]record.Fax, error) { return s.markedFaxes(tableFaxDelete) }

// markedFaxes are those a table names.
func (s *Store) markedFaxes(table string) (list []record.Fax, err error) {
	err = s.engine.View(func(r kv.Reader) error {
		prefix := []byte(prefixHistory + table + "/")
		return r.Scan(kv.Range{Prefix: prefix, KeysOnly: true}, func(key, _ []byte) (bool, error) {
			account, id := splitMark(key[len(prefix):])
			f, err := readFax(r, account, id)
			if errors.Is(err, ErrNotFound) {
				return true, nil
			}
			list = append(list, f)
			return true, err
		})
	})
	return list, err
}

// faxFiles adds the documents of faxes, and pages there is no document of yet, to the
// files that are named.
func faxFiles(r kv.Reader, named map[blob.Hash]bool) error {
	err := r.Scan(kv.Range{Prefix: []byte(prefixHistory + tableFax + "/")}, func(key, value []byte) (bool, error) {
		var f record.Fax
		if err := decode(value, &f); err != nil {
			return false, fmt.Errorf("cannot read fax %q: %w", key, err)
		}
		for _, h := range []blob.Hash{f.TIFF, f.PDF} {
			if h != (blob.Hash{}) {
				named[h] = true
			}
		}
		return true, nil
	})
	if err != nil {
		return err
	}
	return r.Scan(kv.Range{Prefix: []byte(prefixHistory + tableFaxPage + "/")}, func(key, value []byte) (bool, error) {
		var p record.FaxPage
		if err := decode(value, &p); err != nil {
			return false, fmt.Errorf("cannot read fax page %q: %w", key, err)
		}
		named[p.Code] = true
		return true, nil
	})
}
