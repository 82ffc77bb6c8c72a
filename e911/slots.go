package e911

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"sync"

	"github.com/fxamacker/cbor/v2"

	"dialtone/store"
	"dialtone/store/record"
)

// Layout of the slot file: a page that names it, then slotCount slots of two halves. A half
// is a generation, a length, a checksum over both and the body, and the body. A write goes
// to the half that holds the older generation, so that one interrupted in the middle leaves
// the one before. Free is generation 0 in both.
const (
	slotMagic   = "dialtone emergency slots 1\n"
	slotPage    = 4096
	slotCount   = 128
	slotHalf    = 16 << 10
	slotHeader  = 8 + 4 + 4
	slotMaxBody = slotHalf - slotHeader
	slotFile    = slotPage + slotCount*2*slotHalf
)

// slots are what is known of calls whose record is not written yet, in a file that outlives
// the process. Writing to one is writing to memory.
type slots struct {
	memory []byte
	close  func() error

	mu   sync.Mutex
	free []int
}

// leftover is what a slot held when the file was opened; call is nil when it cannot be read.
type leftover struct {
	slot int
	call *record.EmergencyCall
}

// openSlots opens the file, which is made when it is missing or something else. Slots in use
// stay so until they are let go.
func openSlots(path string) (*slots, []leftover, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("cannot open emergency slots: %w", err)
	}
	defer f.Close()
	if err := reserve(f); err != nil {
		return nil, nil, fmt.Errorf("cannot make emergency slots %q: %w", path, err)
	}
	memory, unmap, err := mapFile(f, slotFile)
	if err != nil {
		return nil, nil, fmt.Errorf("cannot map emergency slots %q: %w", path, err)
	}
	s := &slots{memory: memory, close: unmap}
	s.touch()
	return s, s.scan(), nil
}

// reserve gives the file all the room it needs, so that a full disk does not matter later.
func reserve(f *os.File) error {
	magic := make([]byte, len(slotMagic))
	if _, err := f.ReadAt(magic, 0); err == nil && string(magic) == slotMagic {
		if info, err := f.Stat(); err == nil && info.Size() == slotFile {
			return nil
		}
	}
	if err := f.Truncate(0); err != nil {
		return err
	}
	page := make([]byte, 1<<16) // written, not only made longer: a hole has no room
	for at := int64(0); at < slotFile; {
		n, err := f.WriteAt(page[:min(int64(len(page)), slotFile-at)], at)
		if err != nil {
			return err
		}
		at += int64(n)
	}
	if _, err := f.WriteAt([]byte(slotMagic), 0); err != nil {
		return err
	}
	return f.Sync()
}

// touch brings every page into memory, so that a call does not wait for the disk.
func (s *slots) touch() { _ = crc32.ChecksumIEEE(s.memory) }

func (s *slots) scan() (found []leftover) {
	for i := range slotCount {
		body, used := s.read(i)
		if !used {
			s.free = append(s.free, i)
			continue
		}
		l := leftover{slot: i}
		c := &record.EmergencyCall{}
		if body != nil && store.Decode(body, c) == nil && record.IsEmergencyID(c.ID) {
			l.call = c
		}
		found = append(found, l)
	}
	return found
}

func (s *slots) half(slot, half int) []byte {
	at := slotPage + (2*slot+half)*slotHalf
	return s.memory[at : at+slotHalf]
}

// state is a half's generation and body; body is nil when it is not whole.
func state(half []byte) (generation uint64, body []byte) {
	generation = binary.LittleEndian.Uint64(half)
	n := binary.LittleEndian.Uint32(half[8:])
	if generation == 0 || n > slotMaxBody {
		return generation, nil
	}
	body = half[slotHeader : slotHeader+n]
	if checksum(half, body) != binary.LittleEndian.Uint32(half[12:]) {
		return generation, nil
	}
	return generation, body
}

func checksum(half, body []byte) uint32 {
	table := crc32.MakeTable(crc32.Castagnoli)
	return crc32.Update(crc32.Checksum(half[:12], table), table, body)
}

// read is the newest whole body of a slot; used says that somebody wrote to it.
func (s *slots) read(slot int) (body []byte, used bool) {
	g0, b0 := state(s.half(slot, 0))
	g1, b1 := state(s.half(slot, 1))
	if b1 != nil && (b0 == nil || g1 > g0) {
		b0 = b1
	}
	return b0, g0 != 0 || g1 != 0
}

// take is a free slot, -1 when there is none.
func (s *slots) take() int {
	if s == nil {
		return -1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.free) == 0 {
		return -1
	}
	slot := s.free[len(s.free)-1]
	s.free = s.free[:len(s.free)-1]
	return slot
}

// inUse is how many slots are taken.
func (s *slots) inUse() int {
	if s == nil {
		return 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return slotCount - len(s.free)
}

// write puts what is known of a call into its slot. Of what does not fit the recipients go
// first: they are found again.
func (s *slots) write(slot int, c *record.EmergencyCall) bool {
	body, err := cbor.Marshal(c)
	if err == nil && len(body) > slotMaxBody {
		less := *c
		less.Recipients, less.Mails, less.Callbacks = nil, nil, nil
		body, err = cbor.Marshal(&less)
	}
	if err != nil || len(body) > slotMaxBody {
		return false
	}
	s.put(slot, body)
	return true
}

func (s *slots) put(slot int, body []byte) {
	g0, b0 := state(s.half(slot, 0))
	g1, b1 := state(s.half(slot, 1))
	into := s.half(slot, 0)
	if b0 != nil && (b1 == nil || g0 > g1) {
		into = s.half(slot, 1)
	}
	binary.LittleEndian.PutUint64(into, max(g0, g1)+1)
	binary.LittleEndian.PutUint32(into[8:], uint32(len(body)))
	copy(into[slotHeader:], body)
	binary.LittleEndian.PutUint32(into[12:], checksum(into, into[slotHeader:slotHeader+len(body)]))
}

// release lets a slot go.
func (s *slots) release(slot int) {
	if slot < 0 {
		return
	}
	for half := range 2 {
		clear(s.half(slot, half)[:slotHeader])
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free = append(s.free, slot)
}

func (s *slots) shut() error {
	if s == nil {
		return nil
	}
	return s.close()
}
