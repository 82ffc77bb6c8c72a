package store

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"dialtone/store/blob"
	"dialtone/store/kv"
	"dialtone/store/kv/badger"
)

var (
	// ErrBadBackup: the stream is not a backup, is cut short or is damaged.
	ErrBadBackup = kv.ErrBadBackup
	// ErrNotEmpty: a restore needs an empty folder.
	ErrNotEmpty = kv.ErrNotEmpty
	// ErrPartialRestore: a restore into this folder was cut short by a crash. Empty the
	// folder and restore again.
	ErrPartialRestore = kv.ErrPartialRestore
)

// restoreMark exists while a restore is under way, so that a part is never opened.
const restoreMark = "restore.partial"

// Restore fills an empty or missing data folder from a backup. ErrNotEmpty and
// ErrBadBackup tell why not; the folder is then as it was.
func Restore(dir string, r io.Reader, log *slog.Logger) error {
	if err := restore(dir, r, log); err != nil {
		return fmt.Errorf("cannot restore into %q: %w", dir, err)
	}
	return nil
}

func restore(dir string, r io.Reader, log *slog.Logger) error {
	missing, err := checkEmpty(dir)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	mark := filepath.Join(dir, restoreMark)
	err = os.WriteFile(mark, nil, 0o600)
	if err == nil {
		err = syncDir(dir)
	}
	if err == nil {
		err = fillFolder(dir, r, log)
	}
	if err == nil {
		err = errors.Join(os.Remove(mark), syncDir(dir))
	}
	if err != nil {
		return errors.Join(err, emptyFolder(dir, missing))
	}
	return nil
}

func checkEmpty(dir string) (missing bool, err error) {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return true, nil
	case err != nil:
		return false, err
	case len(entries) > 0:
		return false, ErrNotEmpty
	}
	return false, nil
}

// emptyFolder takes back what a failed restore wrote; the mark goes last.
func emptyFolder(dir string, remove bool) error {
	for _, name := range []string{keyFile, recordsDir, bindingsDir, blobsDir, restoreMark} {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	if remove {
		return os.Remove(dir)
	}
	return nil
}

// checkRestored refuses a folder whose restore did not end.
func checkRestored(dir string) error {
	_, err := os.Stat(filepath.Join(dir, restoreMark))
	switch {
	case err == nil:
		return fmt.Errorf("cannot open %q: %w", dir, ErrPartialRestore)
	case errors.Is(err, fs.ErrNotExist):
		return nil
	}
	return err
}

func fillFolder(dir string, r io.Reader, log *slog.Logger) error {
	files, err := blob.New(blob.Options{Dir: filepath.Join(dir, blobsDir)})
	if err != nil {
		return err
	}
	b := &backupReader{r: bufio.NewReaderSize(r, 64<<10), sum: sha256.New()}
	if err := b.magic(); err != nil {
		return err
	}
	seen := map[string]bool{}
	for {
		name, err := b.next()
		if err != nil {
			return err
		}
		if name == "" {
			break
		}
		if seen[name] {
			return fmt.Errorf("%w: two parts %q", ErrBadBackup, name)
		}
		seen[name] = true
		if err := restorePart(dir, name, b, files, log); err != nil {
			return err
		}
	}
	if !seen[keyFile] || !seen[recordsDir] || !seen[bindingsDir] {
		return fmt.Errorf("%w: parts missing", ErrBadBackup)
	}
	return nil
}

func restorePart(dir, name string, b *backupReader, files *blob.Store, log *slog.Logger) error {
	part := &partReader{b: b}
	var err error
	switch {
	case name == keyFile:
		err = restoreFile(filepath.Join(dir, keyFile), part)
	case name == recordsDir || name == bindingsDir:
		err = restoreEngine(filepath.Join(dir, name), part, log)
	case strings.HasPrefix(name, blobPart):
		err = restoreBlob(files, name, part)
	default:
		return fmt.Errorf("%w: unknown part %q", ErrBadBackup, name)
	}
	if err != nil {
		return err
	}
	if !part.ended {
		return fmt.Errorf("%w: part %q is too long", ErrBadBackup, name)
	}
	return nil
}

func restoreFile(path string, r io.Reader) error {
	b, err := io.ReadAll(io.LimitReader(r, 4096))
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func restoreEngine(dir string, r io.Reader, log *slog.Logger) error {
	engine, err := badger.Open(badger.Options{Dir: dir, Logger: log})
	if err != nil {
		return err
	}
	return errors.Join(engine.Restore(r), engine.Close())
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// backupReader reads the container.
type backupReader struct {
	r   *bufio.Reader
	sum hash.Hash
}

// read fills p; an end of the stream is the backup's fault.
func (b *backupReader) read(p []byte) error {
	_, err := io.ReadFull(b.r, p)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: cut short", ErrBadBackup)
	}
	b.sum.Write(p)
	return err
}

func (b *backupReader) magic() error {
	line := make([]byte, len(backupMagic))
	if err := b.read(line); err != nil {
		return err
	}
	if string(line) != backupMagic {
		return fmt.Errorf("%w: unknown header", ErrBadBackup)
	}
	return nil
}

// ReadByte reads one byte of a name's length.
func (b *backupReader) ReadByte() (byte, error) {
	var one [1]byte
	err := b.read(one[:])
	return one[0], err
}

// next is the name of the next part, "" when the backup ended whole.
func (b *backupReader) next() (string, error) {
	n, err := binary.ReadUvarint(b)
	if err != nil {
		return "", err
	}
	if n == 0 {
		return "", b.end()
	}
	if n > maxPartName {
		return "", fmt.Errorf("%w: name too long", ErrBadBackup)
	}
	name := make([]byte, n)
	err = b.read(name)
	return string(name), err
}

func (b *backupReader) end() error {
	want := b.sum.Sum(nil)
	got := make([]byte, len(want))
	if err := b.read(got); err != nil {
		return err
	}
	if !bytes.Equal(got, want) {
		return fmt.Errorf("%w: checksum differs", ErrBadBackup)
	}
	if _, err := b.r.ReadByte(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: bytes after the end", ErrBadBackup)
	}
	return nil
}

// partReader reads the content of one part.
type partReader struct {
	b     *backupReader
	left  int // of the chunk
	ended bool
}

func (p *partReader) Read(dst []byte) (int, error) {
	if len(dst) == 0 {
		return 0, nil
	}
	for p.left == 0 {
		if p.ended {
			return 0, io.EOF
		}
		var size [4]byte
		if err := p.b.read(size[:]); err != nil {
			return 0, err
		}
		p.left = int(binary.BigEndian.Uint32(size[:]))
		if p.left > chunkSize {
			return 0, fmt.Errorf("%w: chunk too long", ErrBadBackup)
		}
		p.ended = p.left == 0
	}
	n := min(len(dst), p.left)
	if err := p.b.read(dst[:n]); err != nil {
		return 0, err
	}
	p.left -= n
	return n, nil
}
