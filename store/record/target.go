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

func (t *Target) references(field string) []Reference {
	kind := map[string]Kind{TargetUser: KindUser, TargetDeviceLine: KindDevice}[t.Type]
	if kind == "" || t.ID == "" {
		return nil
	}
	return []Reference{{Field: field + ".id", Kind: kind, ID: t.ID}}
}

func (t *Target) check(field string, p *Problems) {
	switch t.Type {
	case TargetUser, TargetDeviceLine:
	case TargetRingGroup, TargetCallQueue, TargetExternal, TargetFax, TargetPark:
		p.Add(field+".type", CodeNotAvailable, "targets of type %s are not available yet", t.Type)
		return
	case "":
		p.Add(field+".type", CodeRequired, "must be user or device_line")
		return
	default:
		p.Add(field+".type", CodeInvalid, "must be one of user, device_line, ring_group, call_queue, external, fax, park")
		return
	}
	if t.ID == "" {
		p.Add(field+".id", CodeRequired, "must name the %s", map[string]string{TargetUser: "user", TargetDeviceLine: "device"}[t.Type])
	}
	if t.Type == TargetDeviceLine {
		p.between(field+".line", t.Line, 1, MaxLines)
	} else if t.Line != 0 {
		p.Add(field+".line", CodeInvalid, "is only for targets of type device_line")
	}
	if t.Number != "" || t.First != 0 || t.Last != 0 {
		p.Add(field, CodeInvalid, "number, first and last do not belong to a target of type %s", t.Type)
	}
}
