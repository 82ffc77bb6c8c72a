package journal

import (
	"errors"
	"fmt"
	"io"

	"dialtone/store/kv"
)

// Backup writes the map as of one moment to w, while commits go on.
func (j *Journal) Backup(w io.Writer) error {
	j.reading.RLock()
	defer j.reading.RUnlock()
	snapshot, logs, err := j.files()
	if err != nil {
		return err
	}
	return writeStream(w, header{}, func(fn func(key, value []byte) error) error { return live(snapshot, logs, j.stop, fn) })
}

// ReadBackup calls fn for each key of a backup. It is known to be whole only when
// ReadBackup returns nil: kv.ErrBadBackup says it is not.
func ReadBackup(src io.Reader, fn func(key, value []byte) error) error {
	const name = "backup"
	r, err := openReader(name, src, true)
	if err == nil {
		err = r.eachOfSnapshot(fn)
	}
	if err == nil {
		if _, more := r.src.ReadByte(); !errors.Is(more, io.EOF) {
			err = damaged(name, r.offset, "bytes after the end")
		}
	}
	if errors.Is(err, ErrDamaged) || errors.Is(err, ErrNewer) {
		return fmt.Errorf("%w: %w", kv.ErrBadBackup, err)
	}
	return err
}
