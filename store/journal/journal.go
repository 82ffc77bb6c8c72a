package journal

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"

	"dialtone/store/folder"
	"dialtone/store/kv"
)

// Sizes in bytes.
const (
	segmentBytes = 8 << 20
	mergeBytes   = 32 << 20
)

// Options say where a journal lives.
type Options struct {
	// Dir is the folder, created with its parents if missing; nothing else may live in it.
	Dir string
	// Logger gets warnings and errors; nil discards them.
	Logger *slog.Logger

	segment int64 // size at which a log is followed by the next; 0: segmentBytes
	merge   int64 // least size of the logs that are merged; 0: mergeBytes
}

// Op sets the value of a key; a nil Value deletes it.
type Op = struct{ Key, Value []byte }

// Journal is a map of keys to values in a folder. All methods may be called by several
// goroutines at once.
type Journal struct {
	opts Options
	dir  string
	log  *slog.Logger
	lock *os.File
	wake chan struct{} // asks for merging
	stop chan struct{}
	done chan struct{}

	// reading is held, for reading, while files are read that merging would remove.
	reading sync.RWMutex

	mu       sync.Mutex // guards what follows
	snapshot *file      // nil: none
	logs     []file     // finished, after the snapshot, in their order
	active   *segment   // nil: the next commit makes it
	number   uint64     // of the newest log
	next     uint64     // number of the next frame
	frame    []byte
	failed   bool
	closed   bool
}

// Open opens or creates the journal in opts.Dir. It fails with kv.ErrLocked while
// another process has the folder, with ErrDamaged or ErrNewer for what it finds there.
func Open(opts Options) (*Journal, error) {
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	if opts.segment == 0 {
		opts.segment = segmentBytes
	}
	if opts.merge == 0 {
		opts.merge = mergeBytes
	}
	if err := os.MkdirAll(opts.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("cannot create %q: %w", opts.Dir, err)
	}
	lock, err := folder.Lock(opts.Dir)
	if err != nil {
		return nil, err
	}
	j := &Journal{
		opts: opts, dir: opts.Dir, log: opts.Logger, lock: lock,
		wake: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{}),
	}
	if err := j.open(); err != nil {
		return nil, errors.Join(fmt.Errorf("cannot open %q: %w", opts.Dir, err), lock.Close())
	}
	j.askMerge()
	go j.merge()
	return j, nil
}

func (j *Journal) open() error {
	found, err := look(j.dir)
	if err != nil {
		return err
	}
	for _, name := range found.obsolete {
		if err := os.Remove(name); err != nil {
			return fmt.Errorf("cannot remove what a crash left: %w", err)
		}
	}
	j.next = 1
	if j.snapshot = found.snapshot; j.snapshot != nil {
		err := j.snapshot.read(func(r *reader) error { j.next = r.header.next; return nil })
		if err != nil {
			return err
		}
		j.number = j.snapshot.number
	}
	for i, f := range found.logs {
		if f.number != j.number+1 {
			return damaged(path(j.dir, j.number+1, logSuffix), 0, "missing")
		}
		j.number = f.number
		if i < len(found.logs)-1 {
			j.logs = append(j.logs, f)
		}
	}
	if len(found.logs) == 0 {
		// The first log is there before descriptors may run short. Where there is no room
		// for it, the first commit says so.
		if err := j.prepare(0); errors.Is(err, kv.ErrFailed) {
			return err
		}
		return nil
	}
	j.active, j.next, err = reopen(found.logs[len(found.logs)-1], j.ahead())
	return err
}

// ahead is how far ahead a log has its blocks, in bytes.
func (j *Journal) ahead() int64 { return min(maxAhead, j.opts.segment) }

// newest is the log that grows, as far as it goes.
func (j *Journal) newest() file {
	return file{path: path(j.dir, j.active.number, logSuffix), number: j.active.number, size: j.active.used}
}

// Commit makes all ops durable as one before it returns, or none of them. The ops may be
// reused afterwards. Errors: kv.ErrTooBig, kv.ErrBadKey, kv.ErrNoSpace, kv.ErrFailed,
// kv.ErrClosed.
func (j *Journal) Commit(ops []Op) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(ops) == 0 {
		return nil
	}
	if err := j.commit(ops); err != nil {
		return fmt.Errorf("cannot write to %q: %w", j.dir, mapError(err))
	}
	return nil
}

func (j *Journal) commit(ops []Op) error {
	switch {
	case j.closed:
		return kv.ErrClosed
	case j.failed:
		return kv.ErrFailed
	}
	if err := j.encode(ops); err != nil {
		return err
	}
	err := j.prepare(int64(len(j.frame)))
	if err == nil {
		err = j.active.append(j.frame)
	}
	if err != nil {
		if errors.Is(err, kv.ErrFailed) {
			j.failed = true
			j.log.Error("journal stopped taking writes", "dir", j.dir, "err", err)
		}
		return err
	}
	j.next++
	return nil
}

// encode makes the frame of a commit.
func (j *Journal) encode(ops []Op) error {
	if cap(j.frame) > maxKept {
		j.frame = nil
	}
	j.frame = beginFrame(j.frame)
	for _, op := range ops {
		switch {
		case len(op.Key) == 0:
			return fmt.Errorf("%w: empty", kv.ErrBadKey)
		case len(op.Key) > kv.MaxKey, len(op.Value) > kv.MaxValue:
			return fmt.Errorf("%w: a change of %d bytes", kv.ErrTooBig, len(op.Key)+len(op.Value))
		}
		j.frame = appendOp(j.frame, op.Key, op.Value)
		if len(j.frame) > maxPayload {
			return fmt.Errorf("%w: more than %d bytes", kv.ErrTooBig, maxPayload)
		}
	}
	sealFrame(j.frame, j.next)
	return nil
}

// maxKept bounds the memory kept between commits, in bytes.
const maxKept = 2 << 20

// prepare makes sure of a log with room for n bytes.
func (j *Journal) prepare(n int64) error {
	if j.active != nil && j.active.used < j.opts.segment {
		return j.active.reserve(j.dir, n)
	}
	next, err := createSegment(j.dir, header{file: j.number + 1, next: j.next}, j.ahead())
	switch {
	case err == nil:
	case j.active == nil || errors.Is(err, kv.ErrFailed):
		return err
	default: // without a descriptor, say: the log there is grows on
		return j.active.reserve(j.dir, n)
	}
	if j.active != nil {
		j.logs = append(j.logs, j.newest())
		j.active.finish()
		j.askMerge()
	}
	j.active, j.number = next, next.number
	return j.active.reserve(j.dir, n)
}

// Load calls fn for every change that is kept, in the order of the commits: the last of
// a key tells its value, nil that it is deleted. The slices are valid during the call
// only.
func (j *Journal) Load(fn func(key, value []byte) error) error {
	j.reading.RLock()
	defer j.reading.RUnlock()
	snapshot, logs, err := j.files()
	if err != nil {
		return err
	}
	next := uint64(1)
	if snapshot != nil {
		err := snapshot.read(func(r *reader) error {
			next = r.header.next
			return r.eachOfSnapshot(fn)
		})
		if err != nil {
			return err
		}
	}
	for _, f := range logs {
		err := f.read(func(r *reader) error {
			if r.header.next != next {
				return damaged(f.path, 0, fmt.Sprintf("begins with frame %d where %d belongs", r.header.next, next))
			}
			err := r.each(fn)
			next = r.expect
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// files are the journal's as they are now. Callers hold reading.
func (j *Journal) files() (snapshot *file, logs []file, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return nil, nil, fmt.Errorf("cannot read %q: %w", j.dir, kv.ErrClosed)
	}
	logs = append(logs, j.logs...)
	if j.active != nil {
		logs = append(logs, j.newest())
	}
	return j.snapshot, logs, nil
}

// Close waits for merging and releases the folder. Later calls get kv.ErrClosed; closing
// twice is harmless.
func (j *Journal) Close() error {
	j.mu.Lock()
	if j.closed {
		j.mu.Unlock()
		return nil
	}
	j.closed = true
	j.mu.Unlock()
	close(j.stop)
	<-j.done
	var err error
	if j.active != nil {
		err = j.active.f.Close()
	}
	if err := errors.Join(err, j.lock.Close()); err != nil {
		return fmt.Errorf("cannot close %q: %w", j.dir, err)
	}
	return nil
}
