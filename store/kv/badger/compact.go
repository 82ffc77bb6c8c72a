package badger

import (
	"errors"
	"time"

	"dialtone/store/kv"
)

// compactEvery is how often maintenance looks for work unasked.
const compactEvery = 10 * time.Second

// maintain compacts when asked, and now and then, until the engine stops.
func (e *Engine) maintain() {
	defer close(e.done)
	ticker := time.NewTicker(compactEvery)
	defer ticker.Stop()
	tables := compactAt
	for {
		e.compact(tables)
		select {
		case <-e.stop:
			return
		case tables = <-e.wake:
		case <-ticker.C:
			tables = compactAt
		}
	}
}

// askCompaction wakes maintenance; a request already waiting will do.
func (e *Engine) askCompaction(tables int) {
	select {
	case e.wake <- tables:
	default:
	}
}

// compact merges the young tables into the old ones when there are enough of them and
// there is room to write the result beside them.
func (e *Engine) compact(tables int) {
	<-e.upkeep
	defer func() { e.upkeep <- struct{}{} }()
	if e.room.measure(e.db.Levels()) < tables {
		return
	}
	err := e.room.fits()
	if err == nil {
		err = e.db.Flatten(1)
	}
	switch {
	case errors.Is(err, kv.ErrNoSpace):
		e.log.Warn("storage engine put off compaction", "dir", e.dir, "err", err)
	case err != nil:
		e.log.Error("storage engine cannot compact", "dir", e.dir, "err", err)
	}
	e.room.measure(e.db.Levels())
}
