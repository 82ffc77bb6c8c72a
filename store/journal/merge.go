package journal

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"dialtone/store/folder"
	"dialtone/store/kv"
)

const (
	// snapshotFrame is the size a snapshot's frames have, in bytes.
	snapshotFrame = 256 << 10
	// syncEvery is after how many bytes of a snapshot the disk is waited for: who commits
	// would otherwise wait for all of it at once.
	syncEvery = 4 << 20
	// mergeAgain is how long a merge that failed is put off.
	mergeAgain = time.Minute
)

// errStopped ends a merge when the journal closes.
var errStopped = errors.New("stopped")

// askMerge wakes merging.
func (j *Journal) askMerge() {
	select {
	case j.wake <- struct{}{}:
	default:
	}
}

// merge merges when there is enough to merge, until the journal closes.
func (j *Journal) merge() {
	defer close(j.done)
	again := time.NewTimer(0)
	again.Stop()
	defer again.Stop()
	for {
		select {
		case <-j.stop:
			return
		case <-j.wake:
		case <-again.C:
		}
		err := j.mergeIfDue()
		switch {
		case err == nil, errors.Is(err, errStopped):
			continue
		case errors.Is(err, kv.ErrNoSpace):
			j.log.Warn("journal put off merging", "dir", j.dir, "err", err)
		default:
			j.log.Error("journal cannot merge", "dir", j.dir, "err", err)
		}
		again.Reset(mergeAgain)
	}
}

func (j *Journal) mergeIfDue() error {
	j.mu.Lock()
	snapshot, logs := j.snapshot, append([]file(nil), j.logs...)
	failed := j.failed
	j.mu.Unlock()
	var size, before int64
	for _, f := range logs {
		size += f.size
	}
	if snapshot != nil {
		before = snapshot.size
	}
	if failed || len(logs) == 0 || size < max(j.opts.merge, before) {
		return nil
	}
	if err := room(j.dir, size+before); err != nil { // the most it can take
		return err
	}
	merged, err := j.writeSnapshot(snapshot, logs)
	if err != nil {
		return mapError(err)
	}
	return j.replace(merged, len(logs))
}

// writeSnapshot merges files into a snapshot that has its name.
func (j *Journal) writeSnapshot(snapshot *file, logs []file) (_ *file, err error) {
	last := logs[len(logs)-1]
	var h header
	err = last.read(func(r *reader) error {
		err := r.each(func(_, _ []byte) error { return nil })
		h = header{file: last.number, next: r.expect}
		return err
	})
	if err != nil {
		return nil, err
	}
	name := path(j.dir, last.number, snapshotSuffix)
	f, err := os.OpenFile(name+newSuffix, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	w := &syncing{f: f}
	err = writeStream(w, h, func(fn func(key, value []byte) error) error { return live(snapshot, logs, j.stop, fn) })
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, errors.Join(err, os.Remove(name+newSuffix))
	}
	if err := os.Rename(name+newSuffix, name); err != nil {
		return nil, err
	}
	return &file{path: name, number: last.number, snapshot: true, size: w.written}, folder.Sync(j.dir)
}

// replace puts a snapshot in the place of the one before it and n logs.
func (j *Journal) replace(merged *file, n int) error {
	j.reading.Lock()
	defer j.reading.Unlock()
	j.mu.Lock()
	var old []file
	if j.snapshot != nil {
		old = append(old, *j.snapshot)
	}
	old = append(old, j.logs[:n]...)
	j.snapshot, j.logs = merged, append([]file(nil), j.logs[n:]...)
	j.mu.Unlock()
	for _, f := range old { // those that stay are removed by the next Open
		if err := os.Remove(f.path); err != nil {
			return fmt.Errorf("cannot remove what is merged: %w", err)
		}
	}
	return nil
}

// syncing syncs a file now and then while it is written.
type syncing struct {
	f                *os.File
	written, pending int64
}

func (s *syncing) Write(p []byte) (int, error) {
	n, err := s.f.Write(p)
	s.written += int64(n)
	if s.pending += int64(n); err == nil && s.pending >= syncEvery {
		s.pending = 0
		err = s.f.Sync()
	}
	return n, err
}

// writeStream writes a snapshot of what each gives.
func writeStream(w io.Writer, h header, each func(func(key, value []byte) error) error) error {
	if _, err := w.Write(h.appendFrame(nil)); err != nil {
		return err
	}
	frame, number := beginFrame(nil), uint64(1)
	flush := func() error {
		sealFrame(frame, number)
		_, err := w.Write(frame)
		frame, number = beginFrame(frame), number+1
		return err
	}
	err := each(func(key, value []byte) error {
		frame = appendOp(frame, key, value)
		if len(frame) < snapshotFrame {
			return nil
		}
		return flush()
	})
	if err == nil && len(frame) > headBytes {
		err = flush()
	}
	if err == nil {
		err = flush() // empty: the end
	}
	return err
}
