package queue

// end is how a caller's way through a queue ended without an agent, for now at least.
type end uint8

// The ends.
const (
	endAbandoned end = iota
	endOverflowed
	endCallback   // hung up and keeps the place
	endNotReached // was to be called back and was not reached
	endLeft       // ended by somebody else
	ends
)

// String is the end as the metrics' label has it.
func (e end) String() string {
	return [...]string{"abandoned", "overflowed", "callback", "not_reached", "left"}[e]
}
