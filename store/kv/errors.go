package kv

import (
	"errors"
	"syscall"
)

// The errors an engine decides on. They are matched with errors.Is.
var (
	// ErrNotFound: no value under this key.
	ErrNotFound = errors.New("key not found")
	// ErrTooBig: the transaction, a key or a value is over its limit. Split it.
	ErrTooBig = errors.New("transaction too big")
	// ErrBadKey: the key is empty or in the range engines keep for themselves.
	ErrBadKey = errors.New("key not allowed")
	// ErrClosed: the engine has been closed.
	ErrClosed = errors.New("engine closed")
	// ErrNotEmpty: a restore needs an empty engine.
	ErrNotEmpty = errors.New("engine not empty")
	// ErrLocked: another process has the folder open.
	ErrLocked = errors.New("folder in use by another process")
	// ErrBadBackup: the stream is not a backup, is cut short or is damaged.
	ErrBadBackup = errors.New("not a complete backup")
	// ErrPartialRestore: a restore into this folder was cut short by a crash. Empty the
	// folder and restore again.
	ErrPartialRestore = errors.New("a restore into this folder was cut short")
	// ErrFailed: the disk failed while a commit was being synced. Whether that commit is
	// there is known only after the engine has been opened again; until then it
	// refuses writes and goes on reading.
	ErrFailed = errors.New("engine failed, restart needed")
)

// ErrNoSpace: the disk is full, or so nearly full that the engine keeps what is left
// for its own upkeep. Reads go on and writes succeed again when there is room.
// It is the system's own error, so a write to any file that fails for want of room
// matches it.
var ErrNoSpace error = syscall.ENOSPC
