package badger

import (
	"log/slog"

	lib "github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
)

const (
	// memTableBytes is the size of Badger's table in memory; 15 % of it is the largest
	// transaction, which has to hold kv.MinTxn.
	memTableBytes = 32 << 20
	// minMemTableBytes still takes one value of kv.MaxValue.
	minMemTableBytes = 8 << 20
	// valueThreshold keeps every value of kv.MaxValue out of the value log.
	valueThreshold = 1 << 20
	blockCache     = 16 << 20
	// valueLogBytes is the size of a file that stays empty and sparse.
	valueLogBytes = 1 << 20
	// compactAt is the number of level 0 tables that makes compaction worth its work.
	compactAt = 4
	// compactTight is that number when a write has been refused for want of room.
	compactTight = 2
)

// Options say where an engine lives.
type Options struct {
	// Dir is the folder, created with its parents if missing; nothing else may live in it.
	Dir string
	// Logger gets warnings and errors; nil discards them.
	Logger *slog.Logger

	// memTable is the size in bytes of Badger's table in memory, 0 for memTableBytes. Under
	// that not every transaction fits that kv promises.
	memTable int64
}

func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.memTable == 0 {
		o.memTable = memTableBytes
	}
	o.memTable = max(o.memTable, minMemTableBytes)
	return o
}

// library returns Badger's options. Conflict detection is off because one transaction
// writes at a time; the folder lock is ours because Badger's needs room on the disk;
// compactors are off because the engine asks for room before it compacts.
func (o Options) library() lib.Options {
	return lib.DefaultOptions(o.Dir).
		WithLogger(logger{o.Logger}).
		WithSyncWrites(true).
		WithDetectConflicts(false).
		WithBypassLockGuard(true).
		WithNumVersionsToKeep(1).
		WithMemTableSize(o.memTable).
		WithNumMemtables(2).
		WithNumCompactors(0).
		WithNumLevelZeroTables(compactAt / 2).
		WithNumLevelZeroTablesStall(1 << 20).
		WithValueThreshold(valueThreshold).
		WithValueLogFileSize(valueLogBytes).
		WithBlockCacheSize(blockCache).
		WithCompression(options.Snappy).
		WithMetricsEnabled(false)
}
