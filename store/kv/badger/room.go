package badger

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"

	lib "github.com/dgraph-io/badger/v4"

	"dialtone/store/folder"
	"dialtone/store/kv"
)

const (
	spareName = "dialtone.spare"
	logSuffix = ".mem"

	// roomStep is how far ahead, in bytes, the log and the spare file are allocated.
	roomStep = 1 << 20
	// minSlack and maxSlack bound what is left free beyond all known needs: 1 % of the disk.
	minSlack = 4 << 20
	maxSlack = 64 << 20
	// openBytes is what opening writes besides tables: a page or two of several files.
	openBytes = 128 << 10
	// manifestBytes is kept allocated at the end of Badger's list of tables, which would
	// not survive half a record in its middle.
	manifestBytes = 256 << 10
	// logStart is what an empty log and an empty memory table already hold.
	logStart = 4096
)

// room keeps the promise that Badger finds space where it writes through a memory map.
// Its methods are called by the holder of the engine's turn; only compaction is shared.
type room struct {
	dir      string
	memTable int64
	slack    int64

	oldest    int   // no log below this number is left
	logID     int   // the number of the log being written
	used      int64 // no less than what Badger has put in it
	allocated int64 // bytes of it and of the spare file known to have blocks

	// compaction is the free space in bytes the next compaction asks for.
	compaction atomic.Int64
}

func newRoom(dir string, memTable int64) *room {
	return &room{dir: dir, memTable: memTable}
}

// beforeOpen gives up the spare file and checks that every log left behind can become a
// table.
func (r *room) beforeOpen() error {
	if err := r.release(); err != nil {
		return err
	}
	free, total, err := folder.Free(r.dir)
	if err != nil {
		return err
	}
	r.slack = min(max(total/100, minSlack), maxSlack)
	logs, err := r.logs()
	if err != nil {
		return err
	}
	need := int64(openBytes)
	for _, l := range logs {
		need += l.bytes
	}
	return enough(free, need)
}

// opened takes note of the log Badger has just begun.
func (r *room) opened() error {
	// Room refused here is refused again, and said, at the first commit.
	if err := r.keepManifest(); err != nil && !errors.Is(err, kv.ErrNoSpace) {
		return err
	}
	logs, err := r.logs()
	if err != nil {
		return err
	}
	r.logID, r.oldest = 0, math.MaxInt
	for _, l := range logs {
		r.logID, r.oldest = max(r.logID, l.id), min(r.oldest, l.id)
	}
	r.used, r.allocated = logStart, 0
	return folder.Sync(r.dir)
}

// reserve makes room for a commit of up to size bytes, or refuses with kv.ErrNoSpace.
func (r *room) reserve(size int64) error {
	need := r.slack + r.compaction.Load()
	flushing, err := r.flushing()
	if err != nil {
		return err
	}
	need += 2 * flushing // as tables, and once more when those are compacted
	mayTurn := r.used >= r.memTable-r.memTable/16
	if mayTurn {
		// Badger may begin a new log with this commit and turn the old one into a table.
		if err := r.release(); err != nil {
			return err
		}
		need += 2 * (r.used + size)
	}
	free, _, err := folder.Free(r.dir)
	if err != nil {
		return err
	}
	if err := enough(free, need+size); err != nil {
		return err
	}
	if err := r.grow(min(r.used+size, r.fullLog()), !mayTurn); err != nil {
		return err
	}
	// Badger begins a new log once this one is full, so it never outgrows the table by
	// more than one transaction.
	r.used = min(r.used+size, r.fullLog())
	return nil
}

// fullLog is the most a log can hold: the memory table and one transaction over.
func (r *room) fullLog() int64 { return r.memTable + r.memTable/4 }

// grow allocates the log, and the spare file beside it, up to want bytes.
func (r *room) grow(want int64, spare bool) error {
	if want <= r.allocated {
		return nil
	}
	size := min((want/roomStep+2)*roomStep, r.fullLog()+roomStep)
	if spare {
		if err := allocate(r.path(spareName), size+openBytes, os.O_CREATE); err != nil {
			return err
		}
	}
	if err := allocate(r.logPath(r.logID), size, 0); err != nil {
		return err
	}
	r.allocated = size
	return nil
}

// committed notices that the last commit began a new log and makes its name durable.
func (r *room) committed() (turned bool, err error) {
	if _, err := os.Stat(r.logPath(r.logID + 1)); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return false, nil
		}
		return false, err
	}
	r.logID++
	// What the new log holds is at most the last commit: count a whole transaction.
	r.used, r.allocated = logStart+r.memTable/4, 0
	return true, folder.Sync(r.dir)
}

// beforeClose gives up the spare file so that the log can become a table.
func (r *room) beforeClose() error {
	if err := r.release(); err != nil {
		return err
	}
	flushing, err := r.flushing()
	if err != nil {
		return err
	}
	free, _, err := folder.Free(r.dir)
	if err != nil {
		return err
	}
	return enough(free, flushing+r.used)
}

// fits refuses a compaction that would leave less than the slack.
func (r *room) fits() error {
	free, _, err := folder.Free(r.dir)
	if err != nil {
		return err
	}
	return enough(free, minSlack+r.compaction.Load())
}

// measure estimates what the next compaction writes before it deletes anything: all of
// level 0, and of the rest what one step can overlap.
func (r *room) measure(levels []lib.LevelInfo) (tables int) {
	var young, rest int64
	for _, l := range levels {
		if l.Level == 0 {
			young, tables = l.Size, l.NumTables
			continue
		}
		rest += l.Size
	}
	r.compaction.Store(young + min(rest, maxSlack))
	return tables
}

func (r *room) release() error {
	if err := os.Remove(r.path(spareName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	r.allocated = 0
	return nil
}

func (r *room) keepManifest() error {
	path := r.path(lib.ManifestFilename)
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	return allocate(path, info.Size()+manifestBytes, 0)
}

// flushing returns the bytes of the logs that wait to become tables.
func (r *room) flushing() (bytes int64, err error) {
	for id := r.oldest; id < r.logID; id++ {
		info, err := os.Stat(r.logPath(id))
		if errors.Is(err, fs.ErrNotExist) {
			if id == r.oldest {
				r.oldest++ // they become tables in their order
			}
			continue
		}
		if err != nil {
			return 0, err
		}
		bytes += occupied(info)
	}
	return bytes, nil
}

// logFile is one of Badger's logs and the bytes it occupies.
type logFile struct {
	id    int
	bytes int64
}

func (r *room) logs() ([]logFile, error) {
	entries, err := os.ReadDir(r.dir)
	if err != nil {
		return nil, err
	}
	var logs []logFile
	for _, entry := range entries {
		name, ok := strings.CutSuffix(entry.Name(), logSuffix)
		id, notNumber := strconv.Atoi(name)
		if !ok || notNumber != nil {
			continue
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // became a table meanwhile
		}
		if err != nil {
			return nil, err
		}
		logs = append(logs, logFile{id, occupied(info)})
	}
	return logs, nil
}

func (r *room) path(name string) string { return filepath.Join(r.dir, name) }

func (r *room) logPath(id int) string { return r.path(fmt.Sprintf("%05d%s", id, logSuffix)) }

// enough returns kv.ErrNoSpace when less is free than needed.
func enough(free, need int64) error {
	if free >= need {
		return nil
	}
	return fmt.Errorf("%w: %d bytes free, %d needed", kv.ErrNoSpace, free, need)
}
