package e911

import (
	"strings"
	"time"

	"dialtone/e911/pidflo"
	"dialtone/sip/route"
	"dialtone/store/record"
)

// Header is one header field of an INVITE.
type Header struct{ Name, Value string }

// Conveyance is what an INVITE says about where the caller is.
type Conveyance struct {
	Headers []Header
	// Body is a document to go along with the session description; nil for none.
	Body *Body
}

// Body is a document of an INVITE.
type Body struct {
	ContentType string
	ContentID   string // without angle brackets
	Data        []byte
}

// retention is how long a carrier may keep what we say about a caller.
const retention = 24 * time.Hour

// conveyance is what the INVITE to a trunk carries, and what to say of it. plain leaves the
// location out: the trunk has refused it.
func conveyance(c *record.EmergencyCall, w *route.Way, t *record.ProviderAccount, plain bool, domain string) (Conveyance, record.EmergencyConveyed) {
	said := record.EmergencyConveyed{Method: record.ConveyNone, Refused: plain, Number: w.Shown.Number, Trunk: t.ID, TrunkName: t.Name}
	l := &c.Location
	switch {
	case plain || l.ID == "":
	case t.Trunk.LocationConveyance == record.ConveyReference && l.Reference != "":
		said.Method, said.Reference = record.ConveyReference, referenceValue(l.Reference)
		return Conveyance{Headers: located(said.Reference)}, said
	case t.Trunk.LocationConveyance == record.ConveyPIDFLO:
		return byValue(c, domain, said)
	}
	return Conveyance{}, said
}

// located are the headers that name a location (RFC 6442 section 4).
func located(reference string) []Header {
	return []Header{{"Geolocation", reference}, {"Geolocation-Routing", "yes"}, {"Supported", "geolocation"}}
}

// referenceValue is a Geolocation header's value: a URI stands in angle brackets (RFC 6442
// section 4.1), a carrier's own identifier goes as it is.
func referenceValue(reference string) string {
	if scheme, rest, ok := strings.Cut(reference, ":"); ok && rest != "" && isScheme(scheme) {
		return "<" + reference + ">"
	}
	return reference
}

func isScheme(s string) bool {
	switch strings.ToLower(s) {
	case "sip", "sips", "http", "https", "pres", "cid":
		return true
	}
	return false
}

// byValue puts the location into the INVITE's body (RFC 6442 section 3.1). What is said of it
// is read back from the bytes.
func byValue(c *record.EmergencyCall, domain string, said record.EmergencyConveyed) (Conveyance, record.EmergencyConveyed) {
	data := document(c).Append(nil)
	read, err := pidflo.Read(data)
	if err != nil {
		return Conveyance{}, said
	}
	lines := read.Civic.Lines()
	if inside := read.Civic.Inside(); inside != "" {
		lines = append(lines, inside)
	}
	if len(lines) == 0 && read.Point == nil {
		return Conveyance{}, said // whose it is alone is no place: the carrier knows a better one
	}
	id := c.ID + "@" + domain
	said.Method, said.Reference, said.Lines = record.ConveyPIDFLO, "<cid:"+id+">", lines
	return Conveyance{
		Headers: located(said.Reference),
		Body:    &Body{ContentType: pidflo.ContentType, ContentID: id, Data: data},
	}, said
}

// document is the caller's place as PIDF-LO.
func document(c *record.EmergencyCall) *pidflo.Document {
	l, a := &c.Location, &c.Location.Address
	d := &pidflo.Document{
		Entity: entity(c), Method: pidflo.MethodManual, Timestamp: c.StartedAt, Expires: c.StartedAt.Add(retention),
		Civic: pidflo.Civic{
			Country: a.Country, A1: a.State, A2: a.County, A3: a.City, PRD: a.PreDir, RD: a.Street, STS: a.StreetSuffix, POD: a.PostDir,
			HNO: a.HouseNumber, HNS: a.HouseSuffix, LMK: a.Landmark, LOC: a.Info, FLR: l.Floor, NAM: c.AccountName, PC: a.Zip, BLD: a.Building,
			UNIT: a.Unit, ROOM: l.Room, PCN: a.PostalCity,
		},
	}
	if a.Latitude != nil && a.Longitude != nil {
		d.Point = &pidflo.Point{Latitude: *a.Latitude, Longitude: *a.Longitude}
	}
	return d
}

// entity is whom the location is about.
func entity(c *record.EmergencyCall) string {
	if c.Caller.AOR != "" {
		return "sip:" + c.Caller.AOR
	}
	return "sip:anonymous@anonymous.invalid"
}
