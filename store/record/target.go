package record

// Kinds of target.
const (
	TargetUser       = "user"
	TargetDeviceLine = "device_line"
	TargetRingGroup  = "ring_group"
	TargetCallQueue  = "call_queue"
	TargetExternal   = "external"
	TargetFax        = "fax"
	TargetPark       = "park"
)

// Target is where a call goes.
type Target struct {
	Type   string `json:"type" doc:"user, device_line, ring_group, call_queue, external, fax or park."`
	ID     ID     `json:"id,omitempty" doc:"The user, device, ring group, queue or number."`
	Line   int    `json:"line,omitempty" doc:"Line of the device, 1 to 24."`
	Number string `json:"number,omitempty" doc:"External number, E.164."`
	First  int    `json:"first,omitempty" doc:"First park slot, 1 to 99."`
	Last   int    `json:"last,omitempty" doc:"Last park slot."`
}

// Variant is the type: a change to another one takes none of the fields over.
func (t *Target) Variant() string { return t.Type }

// PlacedTarget is a target and the API field it stands in.
type PlacedTarget struct {
	Field  string
	Target *Target
}

// Targets are the targets of a record, in the order of its fields; nil for a kind that
// has none.
func Targets(r Record) []PlacedTarget {
	switch r := r.(type) {
	case *Account:
		return placed("park_fallback", r.ParkFallback)
	case *Extension:
		return placed("target", &r.Target)
	case *Number:
		return placed("target", r.Target)
	case *RingGroup:
		return append(placedList("members", r.Members), placed("overflow", r.Overflow)...)
	case *CallQueue:
		return placed("overflow", r.Overflow)
	case *User:
		return placedList("simultaneous_ring", r.SimultaneousRing)
	}
	return nil
}

func placed(field string, t *Target) []PlacedTarget {
	if t == nil {
		return nil
	}
	return []PlacedTarget{{field, t}}
}

func placedList(field string, list []Target) []PlacedTarget {
	all := make([]PlacedTarget, len(list), len(list)+1)
	for i := range list {
		all[i] = PlacedTarget{index(field, i), &list[i]}
	}
	return all
}

// named is what a kind of target names by its identifier.
func (t *Target) named() (Kind, bool) {
	kind, ok := map[string]Kind{
		TargetUser: KindUser, TargetDeviceLine: KindDevice, TargetRingGroup: KindRingGroup,
		TargetCallQueue: KindCallQueue, TargetFax: KindNumber,
	}[t.Type]
	return kind, ok
}

// targetReferences are what a record's targets name.
func targetReferences(r Record) []Reference {
	var list refs
	for _, p := range Targets(r) {
		if kind, ok := p.Target.named(); ok {
			list.add(p.Field+".id", kind, p.Target.ID)
		}
	}
	return list
}

// check checks one target, which may be of any kind there is.
func (t *Target) check(field string, p *Problems) {
	switch t.Type {
	case TargetUser, TargetDeviceLine, TargetRingGroup, TargetCallQueue:
		if t.ID == "" {
			kind, _ := t.named()
			p.Add(field+".id", CodeRequired, "must name the %s", spoken(kind))
		}
	case TargetExternal:
		t.checkExternal(field, p)
	case TargetPark:
		p.Add(field+".type", CodeInvalid, "only an extension can stand for park slots")
		return
	case TargetFax:
		p.Add(field+".type", CodeInvalid, "only an extension or a number can stand for a fax box")
		return
	case "":
		p.Add(field+".type", CodeRequired, "must be user, device_line, ring_group, call_queue, external or, of an extension, park")
		return
	default:
		p.Add(field+".type", CodeInvalid, "must be one of user, device_line, ring_group, call_queue, external, fax, park")
		return
	}
	if t.Type == TargetDeviceLine {
		p.between(field+".line", t.Line, 1, MaxLines)
	} else if t.Line != 0 {
		p.Add(field+".line", CodeInvalid, "is only for targets of type device_line")
	}
	if t.Number != "" && t.Type != TargetExternal {
		p.Add(field+".number", CodeInvalid, "is only for targets of type external")
	}
	if t.First != 0 || t.Last != 0 {
		p.Add(field, CodeInvalid, "first and last do not belong to a target of type %s", t.Type)
	}
}

// checkFax checks a target that may also be the fax box of a number.
func (t *Target) checkFax(field string, p *Problems) {
	if t.Type != TargetFax {
		t.check(field, p)
		return
	}
	if t.ID == "" {
		p.Add(field+".id", CodeRequired, "must name the number whose faxes it takes")
	}
	if t.Line != 0 || t.Number != "" || t.First != 0 || t.Last != 0 {
		p.Add(field, CodeInvalid, "a target of type fax has nothing besides an id")
	}
}

// checkExtension checks the target of an extension, which may also be park slots or a fax
// box.
func (t *Target) checkExtension(field string, p *Problems) {
	if t.Type != TargetPark {
		t.checkFax(field, p)
		return
	}
	p.between(field+".first", t.First, 1, MaxParkSlot)
	p.between(field+".last", t.Last, 1, MaxParkSlot)
	if t.First > t.Last {
		p.Add(field+".last", CodeInvalid, "must not be before the first slot")
	}
	if t.ID != "" || t.Line != 0 || t.Number != "" {
		p.Add(field, CodeInvalid, "id, line and number do not belong to a target of type park")
	}
}

func (t *Target) checkExternal(field string, p *Problems) {
	p.e164(field+".number", &t.Number)
	if t.Number == "" {
		p.Add(field+".number", CodeRequired, "must be a number in international form")
	}
	if t.ID != "" {
		p.Add(field+".id", CodeInvalid, "does not belong to a target of type external")
	}
}

// checkMember checks a target that must ring by itself: a person, a line or a number
// outside.
func (t *Target) checkMember(field string, p *Problems) {
	switch t.Type {
	case TargetUser, TargetDeviceLine, TargetExternal:
		t.check(field, p)
	default:
		p.oneOf(field+".type", t.Type, TargetUser, TargetDeviceLine, TargetExternal)
	}
}

// checkMembers checks a list of at most limit different ones.
func checkMembers(field string, list []Target, limit int, p *Problems) {
	if len(list) > limit {
		p.Add(field, CodeTooMany, "must be at most %d", limit)
		return
	}
	seen := map[Target]bool{}
	for i := range list {
		at := index(field, i)
		list[i].checkMember(at, p)
		if seen[list[i]] {
			p.Add(at, CodeDuplicate, "is in the list already")
		}
		seen[list[i]] = true
	}
}

// PlacedDestination is what is dialled for a record, and the API field it stands in.
type PlacedDestination struct{ Field, Dialled string }

// Destinations are what a record's targets and forwards dial.
func Destinations(r Record) []PlacedDestination {
	var list []PlacedDestination
	for _, p := range Targets(r) {
		if p.Target.Type == TargetExternal {
			list = append(list, PlacedDestination{p.Field + ".number", p.Target.Number})
		}
	}
	if u, ok := r.(*User); ok {
		for _, p := range u.Forwarding.Rules() {
			if p.Rule.Destination != "" {
				list = append(list, PlacedDestination{p.Field + ".destination", p.Rule.Destination})
			}
		}
	}
	return list
}
