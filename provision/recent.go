package provision

import "encoding/binary"

// recentSlots is how many notes are found again, a power of two.
const recentSlots = 1024

// recent is where the last note of a sort may stand among those waiting: a phone that
// fetches again and again fills neither the journal nor the disk. What a slot tells
// has to be checked.
type recent [recentSlots]uint16

// slot is the place of a request's sort.
func (s *recent) slot(r *request, res result) *uint16 {
	h := binary.LittleEndian.Uint16(r.digest[:]) ^ binary.LittleEndian.Uint16(r.mac[len(r.mac)-2:])
	return &s[(h^uint16(res)<<5^uint16(r.method)<<2)%recentSlots]
}
