package dialog

// State is where a leg stands.
type State uint8

// The states of a leg.
const (
	StateIncoming  State = iota // an INVITE came, nothing but 100 was said
	StateCalling                // an INVITE is on its way
	StateEarly                  // a provisional response above 100
	StateAnswered               // a 2xx, its ACK still to come
	StateConfirmed              // a 2xx and its ACK
	StateEnded
)

// String is the state's name.
func (s State) String() string {
	return [...]string{"incoming", "calling", "early", "answered", "confirmed", "ended"}[s]
}
