package kv

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// A backup is the same for every engine: the magic, then blocks of entries, then an
// empty block carrying the number of entries.
//
//	block   = length(4) crc32c(4) payload        big endian, length of the payload
//	payload = *( keyLen(uvarint) key valueLen(uvarint) value )
//	end     = 0(4) crc32c(4) entries(8)          checksum over the count
//
// Keys ascend strictly over the whole stream.
const (
	backupMagic = "dialtone-kv 1\n"
	blockTarget = 256 << 10
	// blockMax is the longest payload: one entry over the target.
	blockMax = blockTarget + MaxKey + MaxValue + 2*binary.MaxVarintLen64
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// WriteBackup writes every entry of the snapshot to w.
func WriteBackup(w io.Writer, snapshot Reader) error {
	if _, err := io.WriteString(w, backupMagic); err != nil {
		return fmt.Errorf("cannot write backup: %w", err)
	}
	var block []byte
	var entries uint64
	err := snapshot.Scan(Range{}, func(key, value []byte) (bool, error) {
		block = appendEntry(block, key, value)
		entries++
		if len(block) < blockTarget {
			return true, nil
		}
		err := writeBlock(w, block)
		block = block[:0]
		return true, err
	})
	if err == nil && len(block) > 0 {
		err = writeBlock(w, block)
	}
	if err == nil {
		err = writeEnd(w, entries)
	}
	if err != nil {
		return fmt.Errorf("cannot write backup: %w", err)
	}
	return nil
}

func appendEntry(dst, key, value []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(key)))
	dst = append(dst, key...)
	dst = binary.AppendUvarint(dst, uint64(len(value)))
	return append(dst, value...)
}

func writeBlock(w io.Writer, payload []byte) error {
	head := binary.BigEndian.AppendUint32(nil, uint32(len(payload)))
	head = binary.BigEndian.AppendUint32(head, crc32.Checksum(payload, castagnoli))
	if _, err := w.Write(head); err != nil {
		return err
	}
	_, err := w.Write(payload)
	return err
}

func writeEnd(w io.Writer, entries uint64) error {
	count := binary.BigEndian.AppendUint64(nil, entries)
	end := binary.BigEndian.AppendUint32(make([]byte, 4), crc32.Checksum(count, castagnoli))
	_, err := w.Write(append(end, count...))
	return err
}

// IsBackup tells whether a backup of an engine follows, without reading it.
func IsBackup(r *bufio.Reader) bool {
	head, _ := r.Peek(len(backupMagic)) // less of it is none
	return string(head) == backupMagic
}

// ReadBackup calls fn for each entry of a backup in key order. The slices are valid only
// during the call. The stream is known to be whole only when ReadBackup returns nil:
// ErrBadBackup says it is not.
func ReadBackup(r io.Reader, fn func(key, value []byte) error) error {
	br := bufio.NewReader(r)
	magic := make([]byte, len(backupMagic))
	if _, err := io.ReadFull(br, magic); err != nil {
		return badBackup("no header", err)
	}
	if string(magic) != backupMagic {
		return badBackup("unknown header", nil)
	}
	d := decoder{r: br, fn: fn}
	for {
		more, err := d.block()
		if err != nil || !more {
			return err
		}
	}
}

// decoder reads the blocks of one backup.
type decoder struct {
	r       *bufio.Reader
	fn      func(key, value []byte) error
	payload []byte
	last    []byte
	entries uint64
}

func (d *decoder) block() (more bool, err error) {
	var head [8]byte
	if _, err := io.ReadFull(d.r, head[:]); err != nil {
		return false, badBackup("cut short", err)
	}
	size, sum := binary.BigEndian.Uint32(head[:4]), binary.BigEndian.Uint32(head[4:])
	if size == 0 {
		return false, d.end(sum)
	}
	if size > blockMax {
		return false, badBackup("block too long", nil)
	}
	if err := d.read(int(size), sum); err != nil {
		return false, err
	}
	for rest := d.payload; len(rest) > 0; {
		if rest, err = d.entry(rest); err != nil {
			return false, err
		}
	}
	return true, nil
}

func (d *decoder) read(size int, sum uint32) error {
	if cap(d.payload) < size {
		d.payload = make([]byte, size)
	}
	d.payload = d.payload[:size]
	if _, err := io.ReadFull(d.r, d.payload); err != nil {
		return badBackup("cut short", err)
	}
	if crc32.Checksum(d.payload, castagnoli) != sum {
		return badBackup("checksum differs", nil)
	}
	return nil
}

func (d *decoder) entry(payload []byte) (rest []byte, err error) {
	key, rest, ok := cutField(payload)
	if !ok || CheckKey(key) != nil || bytes.Compare(key, d.last) <= 0 {
		return nil, badBackup("key malformed or out of order", nil)
	}
	value, rest, ok := cutField(rest)
	if !ok || CheckValue(value) != nil {
		return nil, badBackup("value malformed", nil)
	}
	if err := d.fn(key, value); err != nil {
		return nil, err
	}
	d.last = append(d.last[:0], key...)
	d.entries++
	return rest, nil
}

func (d *decoder) end(sum uint32) error {
	var count [8]byte
	if _, err := io.ReadFull(d.r, count[:]); err != nil {
		return badBackup("cut short", err)
	}
	if crc32.Checksum(count[:], castagnoli) != sum || binary.BigEndian.Uint64(count[:]) != d.entries {
		return badBackup("entries missing", nil)
	}
	if _, err := d.r.ReadByte(); !errors.Is(err, io.EOF) {
		return badBackup("bytes after the end", err)
	}
	return nil
}

func cutField(b []byte) (field, rest []byte, ok bool) {
	n, used := binary.Uvarint(b)
	if used <= 0 || n > uint64(len(b)-used) {
		return nil, nil, false
	}
	b = b[used:]
	return b[:n:n], b[n:], true
}

// badBackup keeps the cause of a failed read in the chain; an end of file is the
// backup's fault, not the reader's. A reader that says so itself knows better why.
func badBackup(what string, cause error) error {
	if errors.Is(cause, ErrBadBackup) {
		return cause
	}
	if cause == nil || errors.Is(cause, io.EOF) || errors.Is(cause, io.ErrUnexpectedEOF) {
		return fmt.Errorf("cannot read backup: %w: %s", ErrBadBackup, what)
	}
	return fmt.Errorf("cannot read backup: %w: %s: %w", ErrBadBackup, what, cause)
}
