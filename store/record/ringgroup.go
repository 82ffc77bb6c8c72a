package record

import "strings"

// Strategies of a ring group.
const (
	RingSimultaneous = "simultaneous"
	RingSequential   = "sequential"
)

// Bounds of ringing.
const (
	MaxRingMembers = 50
	MinRingSeconds = 5
	MaxRingSeconds = 300
)

// RingGroup is several people called by one target.
type RingGroup struct {
	Meta
	Name           string   `json:"name" doc:"Name of the group."`
	Members        []Target `json:"members" doc:"Who rings: targets of type user, device_line or external, in order."`
	Strategy       string   `json:"strategy" doc:"simultaneous rings all at once, sequential one after the other."`
	TimeoutSeconds int      `json:"timeout_seconds" doc:"Seconds to ring, 5 to 300; for sequential each member's."`
	Overflow       *Target  `json:"overflow" doc:"Where unanswered calls go; null ends them."`
	CallerIDPrefix string   `json:"caller_id_prefix" doc:"What stands before the caller's name."`
}

// NewRingGroup rings all for 20 seconds.
func NewRingGroup() *RingGroup {
	return &RingGroup{Strategy: RingSimultaneous, TimeoutSeconds: 20}
}

// Kind names ring groups.
func (g *RingGroup) Kind() Kind { return KindRingGroup }

// Unique is the name within the account.
func (g *RingGroup) Unique() []Unique {
	return []Unique{{Field: "name", Space: "ring_group/" + string(g.Account), Value: strings.ToLower(g.Name)}}
}

// References is what the members and the overflow name.
func (g *RingGroup) References() []Reference { return targetReferences(g) }

// Clone is a deep copy.
func (g *RingGroup) Clone() Record { return deepCopy(g) }

// Validate checks the group alone.
func (g *RingGroup) Validate() error {
	var p Problems
	p.required("name", &g.Name, MaxName)
	checkMembers("members", g.Members, MaxRingMembers, &p)
	p.oneOf("strategy", g.Strategy, RingSimultaneous, RingSequential)
	p.between("timeout_seconds", g.TimeoutSeconds, MinRingSeconds, MaxRingSeconds)
	if g.Overflow != nil {
		g.Overflow.check("overflow", &p)
	}
	p.text("caller_id_prefix", &g.CallerIDPrefix, MaxCallerIDPrefix)
	return p.Err()
}
