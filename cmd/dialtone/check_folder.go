package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"dialtone/store"
)

// Free space, in bytes: below the first changes are refused soon, below the second
// somebody should look.
const (
	tooLittleSpace = 128 << 20
	littleSpace    = 1 << 30
)

// probeFolder looks at the data folder without changing what is in it.
func probeFolder(dir string, f *findings) {
	const what = "data_dir"
	at, exists := dir, true
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		at, exists = nearestFolder(dir), false
	}
	if err := unix.Access(at, unix.W_OK|unix.X_OK); err != nil {
		f.fail(what, "%s cannot be written: %v", at, err)
		return
	}
	probeSpace(at, f)
	if !exists {
		f.ok(what, "%s does not exist yet and can be created", dir)
		return
	}
	probeFormat(dir, f)
}

// probeFormat asks the store what it makes of the folder.
func probeFormat(dir string, f *findings) {
	const what = "data_dir"
	err := store.Inspect(dir)
	switch {
	case err == nil:
		f.ok(what, "%s can be opened", dir)
	case errors.Is(err, store.ErrLocked):
		f.ok(what, "%s is held by a running daemon", dir)
	default:
		f.fail(what, "%v", err)
	}
}

func probeSpace(dir string, f *findings) {
	const what = "disk"
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		f.fail(what, "cannot ask for free space in %s: %v", dir, err)
		return
	}
	free := int64(s.Bavail) * s.Bsize
	report := f.ok
	switch {
	case free < tooLittleSpace:
		report = f.fail
	case free < littleSpace:
		report = f.warn
	}
	report(what, "%d MB free in %s", free>>20, dir)
}

// nearestFolder is the closest folder above a path that exists.
func nearestFolder(path string) string {
	path, err := filepath.Abs(path)
	for err == nil {
		if info, statErr := os.Stat(path); statErr == nil && info.IsDir() || path == "/" {
			return path
		}
		path = filepath.Dir(path)
	}
	return "."
}
