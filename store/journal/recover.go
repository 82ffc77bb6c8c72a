package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
)

// reopen continues the newest log: it finds its end, and cuts off what a crash has left
// of a commit. next is the number of the next frame.
func reopen(f file, ahead int64) (s *segment, next uint64, err error) {
	text, err := os.ReadFile(f.path)
	if err != nil {
		return nil, 0, fmt.Errorf("cannot read journal: %w", err)
	}
	end, next, err := f.examine(text)
	if err != nil {
		return nil, 0, err
	}
	s = &segment{number: f.number, used: int64(end), allocated: int64(len(text)), ahead: ahead}
	if s.f, err = os.OpenFile(f.path, os.O_RDWR, 0o600); err != nil {
		return nil, 0, fmt.Errorf("cannot open journal: %w", err)
	}
	if !isZero(text[end:]) {
		if err := s.undo(nil); err != nil {
			return nil, 0, errors.Join(fmt.Errorf("cannot cut %q: %w", f.path, err), s.f.Close())
		}
	}
	return s, next, nil
}

// examine finds the end of a log's frames, and the number of the one that would follow.
func (f file) examine(text []byte) (end int, next uint64, err error) {
	number, payload, ok := parseFrame(text)
	if !ok {
		return 0, 0, damaged(f.path, 0, "no header")
	}
	h, err := parseHeader(number, payload)
	if err != nil {
		return 0, 0, fmt.Errorf("cannot read %q: %w", f.path, err)
	}
	if h.file != f.number {
		return 0, 0, damaged(f.path, 0, fmt.Sprintf("file %d", h.file))
	}
	end, next = followFrames(text, headerBytes, h.next)
	if at := findFrame(text[end:], next); at >= 0 {
		return 0, 0, damaged(f.path, int64(end), fmt.Sprintf("sound frames follow at byte %d", end+at))
	}
	return end, next, nil
}

// followFrames passes over sound frames from at on, the first of which has the number
// next, and returns where they end and which number would come then.
func followFrames(text []byte, at int, next uint64) (int, uint64) {
	for {
		number, payload, ok := parseFrame(text[at:])
		if !ok || number != next {
			return at, next
		}
		at += headBytes + len(payload)
		next++
	}
}

// findFrame looks for a sound frame of the log with a number above that of the one that
// is damaged, and returns where it is, or -1. What is left of one commit that was cut
// short holds none.
func findFrame(text []byte, after uint64) int {
	if isZero(text) {
		return -1
	}
	for at := 0; at+headBytes <= len(text); at++ {
		number := binary.BigEndian.Uint64(text[at+8:])
		if number <= after || number-after > uint64(len(text)) {
			continue
		}
		if _, _, ok := parseFrame(text[at:]); ok {
			return at
		}
	}
	return -1
}
