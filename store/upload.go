package store

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"dialtone/store/blob"
	"dialtone/store/kv"
	"dialtone/store/record"
)

// maxUploadKinds bounds the kinds of file a phone may upload.
const maxUploadKinds = 8

// Upload is a file a phone has sent.
type Upload struct {
	// Kind is what the file is, in the words of the caller.
	Kind string    `cbor:"k"`
	Blob blob.Hash `cbor:"b"`
	Size int64     `cbor:"s"` // bytes
	Time time.Time `cbor:"t"`
}

// PutUpload records a file that is in the blob store already. The newest of its kind are
// kept. A device that is gone is passed over.
func (tx *Tx) PutUpload(device, account record.ID, kind string, file blob.Hash, size int64, now time.Time) error {
	d, err := Load[*record.Device](tx, device)
	if errors.Is(err, ErrNotFound) || err == nil && d.Account != account {
		return nil
	}
	if err != nil {
		return err
	}
	list, err := readUploads(tx.buf, device)
	if err != nil {
		return err
	}
	list = slices.Insert(list, 0, Upload{Kind: kind, Blob: file, Size: size, Time: now.UTC()})
	b, err := encode(trimUploads(list, tx.store.retention.PhoneUploads))
	if err != nil {
		return fmt.Errorf("cannot encode uploads of %q: %w", device, err)
	}
	return tx.buf.Put(uploadKey(device), b)
}

// trimUploads keeps the first of each kind, and the kinds met first.
func trimUploads(list []Upload, most int) []Upload {
	n := map[string]int{}
	return slices.DeleteFunc(list, func(u Upload) bool {
		if _, ok := n[u.Kind]; !ok && len(n) == maxUploadKinds {
			return true
		}
		n[u.Kind]++
		return n[u.Kind] > most
	})
}

func readUploads(r kv.Reader, device record.ID) ([]Upload, error) {
	b, err := r.Get(uploadKey(device))
	if errors.Is(err, kv.ErrNotFound) {
		return nil, nil
	}
	var list []Upload
	if err == nil {
		err = decode(b, &list)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read uploads of %q: %w", device, err)
	}
	return list, nil
}

// Uploads are the files a device has sent, newest first.
func (s *Store) Uploads(device record.ID) (list []Upload, err error) {
	err = s.engine.View(func(r kv.Reader) error {
		list, err = readUploads(r, device)
		return err
	})
	return list, err
}

// Upload is the newest file of one kind a device has sent; ErrNotFound without one.
func (s *Store) Upload(device record.ID, kind string) (Upload, error) {
	list, err := s.Uploads(device)
	if err != nil {
		return Upload{}, err
	}
	i := slices.IndexFunc(list, func(u Upload) bool { return u.Kind == kind })
	if i < 0 {
		return Upload{}, ErrNotFound
	}
	return list[i], nil
}

// namedBlobs are the files records name.
func namedBlobs(r kv.Reader) (map[blob.Hash]bool, error) {
	named := map[blob.Hash]bool{}
	err := r.Scan(kv.Range{Prefix: []byte(prefixUpload)}, func(key, value []byte) (bool, error) {
		var list []Upload
		if err := decode(value, &list); err != nil {
			return false, fmt.Errorf("cannot read uploads of %q: %w", key[len(prefixUpload):], err)
		}
		for _, u := range list {
			named[u.Blob] = true
		}
		return true, nil
	})
	if err != nil {
		return nil, err
	}
	prefix := recordKey(record.ID(record.KindAudioClip.Prefix() + "_"))
	err = r.Scan(kv.Range{Prefix: prefix}, func(key, value []byte) (bool, error) {
		c, err := decodeRecord(record.ID(key[len(prefixRecord):]), value)
		if err != nil {
			return false, err
		}
		for _, h := range c.(*record.AudioClip).Files() {
			named[h] = true
		}
		return true, nil
	})
	if err != nil {
		return nil, err
	}
	if err := recordingFiles(r, named); err != nil {
		return nil, err
	}
	return named, faxFiles(r, named)
}
