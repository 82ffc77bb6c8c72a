package record

import (
	"reflect"
	"regexp"
	"strings"
)

// States of registering a location's address with the carrier.
const (
	E911None        = "none"
	E911Pending     = "pending"
	E911Provisioned = "provisioned"
	E911Failed      = "failed"
)

// Bounds of what a location says of the carrier.
const (
	maxReference = 255
	maxReason    = 500
)

// Location is a place people call from; emergency calls are sent to it.
type Location struct {
	Meta
	Name                string   `json:"name" doc:"What people call the place."`
	Address             Address  `json:"address" doc:"Civic address."`
	Floor               string   `json:"floor" doc:"Floor."`
	Room                string   `json:"room" doc:"Room, suite or area."`
	PrimaryNumber       string   `json:"primary_number" doc:"Number the emergency centre calls back, E.164."`
	CarrierReference    string   `json:"carrier_reference" doc:"The carrier's own name for the place, for trunks that are told by reference: a URI or an identifier of theirs."`
	E911Status          string   `json:"e911_status" doc:"Whether the carrier knows the address: none, pending, provisioned, failed. A change of the address sets it back to none."`
	E911Reason          string   `json:"e911_reason" doc:"Why the carrier refused the address."`
	EmergencyRecipients []string `json:"emergency_recipients" doc:"E-mail addresses told of emergency calls from here, besides the account's."`
	EmergencyExtensions []ID     `json:"emergency_extensions" doc:"Extensions whose phones are sent a text about emergency calls from here, besides the account's."`
	Networks            []string `json:"networks" doc:"Networks that usually belong to the place (CIDR)."`
}

// NewLocation is a location with its defaults.
func NewLocation() *Location { return &Location{E911Status: E911None} }

// Kind names locations.
func (l *Location) Kind() Kind { return KindLocation }

// Unique is empty: two places may share a name.
func (l *Location) Unique() []Unique { return nil }

// References lists the extensions that are told of emergencies.
func (l *Location) References() []Reference {
	return extensionReferences("emergency_extensions", l.EmergencyExtensions)
}

// Clone is a deep copy.
func (l *Location) Clone() Record { return deepCopy(l) }

// SamePlace says whether the carrier would be given the same address for another.
func (l *Location) SamePlace(other *Location) bool {
	return reflect.DeepEqual(l.Address, other.Address) && l.Floor == other.Floor && l.Room == other.Room
}

// Validate checks the location by itself.
func (l *Location) Validate() error {
	var p Problems
	p.required("name", &l.Name, MaxName)
	l.Address.check("address", &p)
	p.text("floor", &l.Floor, MaxName)
	p.text("room", &l.Room, MaxName)
	p.e164("primary_number", &l.PrimaryNumber)
	p.emails("emergency_recipients", l.EmergencyRecipients)
	p.extensions("emergency_extensions", l.EmergencyExtensions)
	p.networks("networks", l.Networks)
	p.text("carrier_reference", &l.CarrierReference, maxReference)
	if strings.ContainsAny(l.CarrierReference, "<>\" ,;") {
		p.Add("carrier_reference", CodeInvalid, "must not contain blanks, quotes, commas, semicolons or angle brackets")
	}
	if l.E911Status == "" {
		l.E911Status = E911None
	}
	p.oneOf("e911_status", l.E911Status, E911None, E911Pending, E911Provisioned, E911Failed)
	p.text("e911_reason", &l.E911Reason, maxReason)
	return p.Err()
}

// Address is a civic address; the fields map one to one to PIDF-LO (RFC 5139).
type Address struct {
	HouseNumber  string   `json:"house_number" doc:"House number (HNO)."`
	HouseSuffix  string   `json:"house_suffix,omitempty" doc:"House number suffix such as A or 1/2 (HNS)."`
	PreDir       string   `json:"pre_directional,omitempty" doc:"Leading direction such as N (PRD)."`
	Street       string   `json:"street" doc:"Street name (RD)."`
	StreetSuffix string   `json:"street_suffix,omitempty" doc:"Street type such as Ave (STS)."`
	PostDir      string   `json:"post_directional,omitempty" doc:"Trailing direction such as SW (POD)."`
	Building     string   `json:"building,omitempty" doc:"Building (BLD)."`
	Unit         string   `json:"unit,omitempty" doc:"Unit, suite or apartment (UNIT)."`
	City         string   `json:"city" doc:"City (A3)."`
	PostalCity   string   `json:"postal_city,omitempty" doc:"Postal community name when it differs (PCN)."`
	County       string   `json:"county,omitempty" doc:"County (A2)."`
	State        string   `json:"state" doc:"State or province; two letters in US and CA (A1)."`
	Zip          string   `json:"zip" doc:"Postal code (PC)."`
	Country      string   `json:"country" doc:"ISO 3166-1 alpha-2 country."`
	Landmark     string   `json:"landmark,omitempty" doc:"Landmark (LMK)."`
	Info         string   `json:"additional_info,omitempty" doc:"Anything else that helps to find the place (LOC)."`
	Latitude     *float64 `json:"latitude,omitempty" doc:"Degrees north, WGS 84."`
	Longitude    *float64 `json:"longitude,omitempty" doc:"Degrees east, WGS 84."`
}

var (
	zipUS    = regexp.MustCompile(`^\d{5}(-\d{4})?$`)
	postalCA = regexp.MustCompile(`^[A-Z]\d[A-Z] ?\d[A-Z]\d$`)
	poBox    = regexp.MustCompile(`(?i)\bp\.?\s*o\.?\s*box\b`)
)

var directions = map[string]bool{"": true, "N": true, "S": true, "E": true, "W": true, "NE": true, "NW": true, "SE": true, "SW": true}

func (a *Address) check(field string, p *Problems) {
	at := func(name string) string { return field + "." + name }
	p.country(at("country"), &a.Country)
	p.required(at("street"), &a.Street, MaxName)
	p.required(at("city"), &a.City, MaxName)
	p.text(at("house_number"), &a.HouseNumber, 20)
	p.text(at("state"), &a.State, MaxName)
	p.text(at("zip"), &a.Zip, 20)
	for name, v := range map[string]*string{
		"house_suffix": &a.HouseSuffix, "street_suffix": &a.StreetSuffix, "building": &a.Building, "unit": &a.Unit,
		"postal_city": &a.PostalCity, "county": &a.County, "landmark": &a.Landmark, "additional_info": &a.Info,
	} {
		p.text(at(name), v, MaxName)
	}
	for name, v := range map[string]*string{"pre_directional": &a.PreDir, "post_directional": &a.PostDir} {
		*v = strings.ToUpper(strings.TrimSpace(*v))
		if !directions[*v] {
			p.Add(at(name), CodeInvalid, "must be one of N, S, E, W, NE, NW, SE, SW")
		}
	}
	if poBox.MatchString(a.Street) || poBox.MatchString(a.HouseNumber) {
		p.Add(at("street"), CodeInvalid, "must be a street, not a post office box: nobody can be found there")
	}
	a.checkCountry(at, p)
	a.checkCoordinates(at, p)
}

func (a *Address) checkCountry(at func(string) string, p *Problems) {
	if a.Country != "US" && a.Country != "CA" {
		return
	}
	if a.HouseNumber == "" {
		p.Add(at("house_number"), CodeRequired, "must not be empty")
	}
	if code, ok := stateCode(a.Country, a.State); ok {
		a.State = code
	} else {
		p.Add(at("state"), CodeInvalid, "must be a state or province of %s, such as %s", a.Country, map[string]string{"US": "NY", "CA": "QC"}[a.Country])
	}
	a.Zip = strings.ToUpper(a.Zip)
	if a.Country == "US" && !zipUS.MatchString(a.Zip) {
		p.Add(at("zip"), CodeInvalid, "must be a ZIP code such as 10001 or 10001-1234")
	}
	if a.Country == "CA" && !postalCA.MatchString(a.Zip) {
		p.Add(at("zip"), CodeInvalid, "must be a postal code such as H2Y 1C6")
	}
}

func (a *Address) checkCoordinates(at func(string) string, p *Problems) {
	if (a.Latitude == nil) != (a.Longitude == nil) {
		p.Add(at("latitude"), CodeInvalid, "latitude and longitude must be given together")
	}
	if a.Latitude != nil && (*a.Latitude < -90 || *a.Latitude > 90) {
		p.Add(at("latitude"), CodeOutOfRange, "must be from -90 to 90")
	}
	if a.Longitude != nil && (*a.Longitude < -180 || *a.Longitude > 180) {
		p.Add(at("longitude"), CodeOutOfRange, "must be from -180 to 180")
	}
}
