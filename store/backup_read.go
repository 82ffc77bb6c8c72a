package store

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
)

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
