package store

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
)

// A backup is a magic line, parts, and an end that proves it is whole:
//
//	part  = nameLen(uvarint) name *( length(4) data ) 0(4)
//	end   = 0(uvarint) SHA-256 of everything before the hash
//
// Lengths are big endian and at most chunkSize. Parts are named like the paths in the
// data folder: secret.key, records, bindings, blobs/<hash>.
const (
	backupMagic = "dialtone backup 1\n"
	chunkSize   = 256 << 10
	maxPartName = 256
)

// Backup writes everything to w while reads and writes go on: the records as of one
// moment, the bindings as of one moment soon after, every file, and the key of the
// secrets. Whoever has the backup can read the secrets.
func (s *Store) Backup(w io.Writer) error {
	s.backups.RLock()
	defer s.backups.RUnlock()
	b := newBackupWriter(w)
	err := b.magic()
	if err == nil {
		err = b.file(keyFile, filepath.Join(s.dir, keyFile))
	}
	if err == nil {
		err = b.part(recordsDir, s.engine.Backup)
	}
	if err == nil {
		err = b.part(bindingsDir, s.bindings.backup)
	}
	if err == nil {
		err = s.backupBlobs(b)
	}
	if err == nil {
		err = b.end()
	}
	if err != nil {
		return fmt.Errorf("cannot back up: %w", err)
	}
	return nil
}

// backupWriter writes the container.
type backupWriter struct {
	w   *bufio.Writer
	sum hash.Hash
}

func newBackupWriter(w io.Writer) *backupWriter {
	return &backupWriter{w: bufio.NewWriterSize(w, 64<<10), sum: sha256.New()}
}

func (b *backupWriter) write(p []byte) error {
	b.sum.Write(p) // never fails
	_, err := b.w.Write(p)
	return err
}

func (b *backupWriter) magic() error { return b.write([]byte(backupMagic)) }

// part writes one part from what fill writes.
func (b *backupWriter) part(name string, fill func(io.Writer) error) error {
	if err := b.write(append(binary.AppendUvarint(nil, uint64(len(name))), name...)); err != nil {
		return err
	}
	chunks := bufio.NewWriterSize(chunkWriter{b}, chunkSize)
	if err := fill(chunks); err != nil {
		return fmt.Errorf("cannot back up %q: %w", name, err)
	}
	if err := chunks.Flush(); err != nil {
		return err
	}
	return b.write(make([]byte, 4))
}

func (b *backupWriter) file(name, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	return b.part(name, func(w io.Writer) error {
		_, err := io.Copy(w, f)
		return err
	})
}

func (b *backupWriter) end() error {
	if err := b.write([]byte{0}); err != nil {
		return err
	}
	if _, err := b.w.Write(b.sum.Sum(nil)); err != nil {
		return err
	}
	return b.w.Flush()
}

// chunkWriter writes what it is given as chunks.
type chunkWriter struct{ b *backupWriter }

func (c chunkWriter) Write(p []byte) (int, error) {
	written := 0
	for written < len(p) {
		chunk := p[written:min(len(p), written+chunkSize)]
		if err := c.b.write(binary.BigEndian.AppendUint32(nil, uint32(len(chunk)))); err != nil {
			return written, err
		}
		if err := c.b.write(chunk); err != nil {
			return written, err
		}
		written += len(chunk)
	}
	return written, nil
}
