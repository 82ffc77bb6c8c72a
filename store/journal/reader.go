package journal

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// readBuffer is how much of a file is read at once, in bytes.
const readBuffer = 256 << 10

// reader reads frames in order.
type reader struct {
	path   string // for errors
	src    *bufio.Reader
	offset int64
	frame  []byte
	expect uint64 // number of the next frame
	header header
}

// openReader reads the first frame of a stream. A log's frames are expected to go on
// from it, a snapshot's from 1.
func openReader(path string, src io.Reader, snapshot bool) (*reader, error) {
	r := &reader{path: path, src: bufio.NewReaderSize(src, readBuffer)}
	payload, err := r.next()
	if errors.Is(err, io.EOF) {
		return nil, damaged(path, 0, "no header")
	}
	if err != nil {
		return nil, err
	}
	if r.header, err = parseHeader(0, payload); err != nil {
		return nil, fmt.Errorf("cannot read %q: %w", path, err)
	}
	if r.expect = r.header.next; snapshot {
		r.expect = 1
	}
	return r, nil
}

// next is the payload of the next frame, valid until the one after it; io.EOF after the
// last.
func (r *reader) next() ([]byte, error) {
	r.frame = append(r.frame[:0], make([]byte, headBytes)...)
	switch n, err := io.ReadFull(r.src, r.frame); {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF) && isZero(r.frame[:n]):
		return nil, io.EOF
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, damaged(r.path, r.offset, "half a frame")
	case err != nil:
		return nil, fmt.Errorf("cannot read %q: %w", r.path, err)
	}
	if isZero(r.frame) {
		return nil, io.EOF
	}
	length := int(binary.BigEndian.Uint32(r.frame[4:]))
	if length > maxPayload {
		return nil, damaged(r.path, r.offset, "frame too long")
	}
	r.frame = append(r.frame, make([]byte, length)...)
	if _, err := io.ReadFull(r.src, r.frame[headBytes:]); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, damaged(r.path, r.offset, "half a frame")
		}
		return nil, fmt.Errorf("cannot read %q: %w", r.path, err)
	}
	number, payload, ok := parseFrame(r.frame)
	if !ok {
		return nil, damaged(r.path, r.offset, "checksum differs")
	}
	if number != r.expect {
		return nil, damaged(r.path, r.offset, fmt.Sprintf("frame %d where %d belongs", number, r.expect))
	}
	r.expect++
	r.offset += int64(len(r.frame))
	return payload, nil
}

// ops calls fn for each change of a payload.
func (r *reader) ops(payload []byte, fn func(key, value []byte) error) error {
	for len(payload) > 0 {
		key, value, rest, ok := cutOp(payload)
		if !ok {
			return damaged(r.path, r.offset, "malformed change")
		}
		if err := fn(key, value); err != nil {
			return err
		}
		payload = rest
	}
	return nil
}

// each calls fn for every change of the frames that are left.
func (r *reader) each(fn func(key, value []byte) error) error {
	for {
		payload, err := r.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := r.ops(payload, fn); err != nil {
			return err
		}
	}
}

// eachOfSnapshot is each for a snapshot, whose last frame is empty.
func (r *reader) eachOfSnapshot(fn func(key, value []byte) error) error {
	for {
		payload, err := r.next()
		if errors.Is(err, io.EOF) {
			return damaged(r.path, r.offset, "cut short")
		}
		if err != nil {
			return err
		}
		if len(payload) == 0 {
			return nil
		}
		if err := r.ops(payload, fn); err != nil {
			return err
		}
	}
}

// file is a named file of the folder, or a beginning of it.
type file struct {
	path     string
	number   uint64
	snapshot bool
	size     int64 // as far as it is read
}

// read opens the file for fn.
func (f file) read(fn func(*reader) error) error {
	src, err := os.Open(f.path)
	if err != nil {
		return fmt.Errorf("cannot read journal: %w", err)
	}
	defer func() { _ = src.Close() }()
	r, err := openReader(f.path, io.LimitReader(src, f.size), f.snapshot)
	if err != nil {
		return err
	}
	if r.header.file != f.number {
		return damaged(f.path, 0, fmt.Sprintf("file %d", r.header.file))
	}
	return fn(r)
}

func isZero(b []byte) bool {
	for len(b) > 0 {
		n := min(len(b), len(zeros))
		if !bytes.Equal(b[:n], zeros[:n]) {
			return false
		}
		b = b[n:]
	}
	return true
}
