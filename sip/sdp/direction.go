package sdp

// Direction is which way media flows, as the writer of the description sees it (RFC 8866
// section 6.7).
type Direction uint8

// The directions. SendRecv is what holds when nothing is said.
const (
	SendRecv Direction = iota
	RecvOnly
	SendOnly
	Inactive
)

// The two bits of a Direction are set for what does not flow.
const (
	noSend Direction = 1
	noRecv Direction = 2
)

var directionNames = [4]string{"sendrecv", "recvonly", "sendonly", "inactive"}

// parseDirection takes an attribute's name.
func parseDirection(name string) (Direction, bool) {
	for i, n := range directionNames {
		if n == name {
			return Direction(i), true
		}
	}
	return SendRecv, false
}

func (d Direction) String() string { return directionNames[d&Inactive] }

// Send says whether the writer sends.
func (d Direction) Send() bool { return d&noSend == 0 }

// Recv says whether the writer receives.
func (d Direction) Recv() bool { return d&noRecv == 0 }

// Reverse is the same flow as the other side sees it.
func (d Direction) Reverse() Direction { return d&noSend<<1 | d&noRecv>>1 }

// Answer is what to answer to an offer of d when we would like local: never more than
// the offer allows (RFC 3264 section 6.1).
func (d Direction) Answer(local Direction) Direction { return d.Reverse() | local&Inactive }
