package store

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"dialtone/store/blob"
	"dialtone/store/kv"
)

// blobPart starts the names of the parts that are files.
const blobPart = blobsDir + "/"

// backupBlobs writes the files the records name. Those of the records in the backup are
// among them or have just been replaced: nothing is swept meanwhile.
func (s *Store) backupBlobs(b *backupWriter) error {
	var named map[blob.Hash]bool
	err := s.engine.View(func(r kv.Reader) (err error) {
		named, err = namedBlobs(r)
		return err
	})
	if err != nil {
		return err
	}
	for h := range named {
		if err := s.backupBlob(b, h); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) backupBlob(b *backupWriter, h blob.Hash) error {
	f, err := s.blobs.Open(h)
	if errors.Is(err, blob.ErrNotFound) {
		s.log.Error("file missing in backup", "hash", h)
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	return b.part(blobPart+h.String(), func(w io.Writer) error {
		_, err := io.Copy(w, f)
		return err
	})
}

// restoreBlob stores a part as the file it says it is.
func restoreBlob(files *blob.Store, name string, r io.Reader) error {
	want, err := blob.ParseHash(strings.TrimPrefix(name, blobPart))
	if err != nil {
		return err
	}
	got, _, err := files.Put(r, maxBlob)
	if err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("cannot restore file %s: %w: content differs", want, ErrBadBackup)
	}
	return nil
}

// maxBlob bounds one file of a backup, in bytes.
const maxBlob = 8 << 30
