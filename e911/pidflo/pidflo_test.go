package pidflo

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files")

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func documents() map[string]Document {
	return map[string]Document{
		"office": {
			Entity: "sip:+13125550100@pbx.example", Method: MethodManual, Timestamp: noon, Expires: noon.Add(24 * time.Hour),
			Civic: Civic{
				Country: "US", A1: "IL", A2: "Cook", A3: "Chicago", PRD: "N", RD: "Michigan", STS: "Ave", HNO: "233", HNS: "A",
				LMK: "Clock tower", LOC: "Loading dock", FLR: "12", NAM: "Acme", PC: "60601", BLD: "East", UNIT: "1200", ROOM: "12-44", PCN: "Chicago Loop",
			},
			Point: &Point{41.88625, -87.6245},
		},
		"hostile": {
			Entity: `sip:"><a@b`, Method: MethodManual, Timestamp: noon, Expires: noon,
			Civic: Civic{Country: "US", RD: `</ca:RD><ca:RD>Elm & "Oak"`, ROOM: strings.Repeat("r", 4096), A3: "Montréal ☃", FLR: "a\x00b\r\n\x1f"},
		},
		"nothing": {Entity: "sip:x@pbx.example", Timestamp: noon},
	}
}

func TestAppend(t *testing.T) {
	for name, d := range documents() {
		t.Run(name, func(t *testing.T) {
			got := d.Append(nil)
			file := filepath.Join("testdata", name+".xml")
			if *update {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Error(diff)
			}
			wellFormed(t, got)
		})
	}
}

func wellFormed(t interface{ Errorf(string, ...any) }, b []byte) {
	for d := xml.NewDecoder(bytes.NewReader(b)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Errorf("not XML: %v\n%s", err, b)
			return
		}
	}
}

func TestReadWhatWasWritten(t *testing.T) {
	for name, d := range documents() {
		got, err := Read(d.Append(nil))
		if name == "nothing" {
			if !errors.Is(err, ErrNoLocation) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if name == "hostile" {
			d.Civic.FLR = "a\uFFFDb\r\n\uFFFD"
		}
		if err != nil || !cmp.Equal(got, d) {
			t.Errorf("%s: %v %s", name, err, cmp.Diff(d, got))
		}
	}
}

// What other writers make: other prefixes, blanks, unknown elements, a second tuple.
func TestReadOthers(t *testing.T) {
	const other = `<p:presence xmlns:p="urn:ietf:params:xml:ns:pidf" entity="pres:a@b"><p:tuple id="x"><p:status>
	 <g:geopriv xmlns:g="urn:ietf:params:xml:ns:pidf:geopriv10"><g:location-info>
	  <gs:Circle xmlns:gs="http://www.opengis.net/pidflo/1.0"><m:pos xmlns:m="http://www.opengis.net/gml">1.5 -2.5</m:pos><gs:radius>30</gs:radius></gs:Circle>
	  <c:civicAddress xmlns:c="urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr" xml:lang="en"><c:country>US</c:country><c:A6>Elm</c:A6><c:HNO>7</c:HNO></c:civicAddress>
	 </g:location-info><g:usage-rules/><g:method>DHCP</g:method></g:geopriv></p:status></p:tuple>
	 <p:tuple id="y"><p:status><g:geopriv xmlns:g="urn:ietf:params:xml:ns:pidf:geopriv10"><g:location-info>
	  <c:civicAddress xmlns:c="urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr"><c:HNO>8</c:HNO></c:civicAddress></g:location-info></g:geopriv></p:status></p:tuple></p:presence>`
	got, err := Read([]byte(other))
	want := Document{Entity: "pres:a@b", Civic: Civic{Country: "US", HNO: "7"}, Point: &Point{1.5, -2.5}, Method: "DHCP"}
	if err != nil || !cmp.Equal(got, want) {
		t.Errorf("%v %s", err, cmp.Diff(want, got))
	}
}

func TestReadRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"nothing": "", "no XML": "v=0\r\n", "unbalanced": "<presence><tuple></presence>", "too long": "<a>" + strings.Repeat(" ", maxDocument),
		"too deep": strings.Repeat("<a>", maxDepth+1) + strings.Repeat("</a>", maxDepth+1), "other XML": "<html/>",
	} {
		if _, err := Read([]byte(text)); err == nil {
			t.Errorf("%s is read", name)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Document{Entity: "sip:a@b", Timestamp: noon, Method: MethodManual}
		for _, e := range d.Civic.elements() {
			*e.value = rapid.StringMatching(`[ -~é☃<>&"'\t\n]{0,12}`).Draw(t, e.name)
		}
		b := d.Append(nil)
		wellFormed(t, b)
		got, err := Read(b)
		if d.Civic.IsZero() {
			return
		}
		if err != nil || !cmp.Equal(got, d) {
			t.Fatalf("%v %s", err, cmp.Diff(d, got))
		}
	})
}

func TestLines(t *testing.T) {
	c := documents()["office"].Civic
	if diff := cmp.Diff([]string{"233 A N Michigan Ave", "Chicago IL 60601", "US"}, c.Lines()); diff != "" {
		t.Error(diff)
	}
	if got, want := c.Inside(), "BLDG East, FL 12, UNIT 1200, RM 12-44, Loading dock, Clock tower"; got != want {
		t.Errorf("inside %q, want %q", got, want)
	}
	if lines := (&Civic{}).Lines(); lines != nil {
		t.Error(lines)
	}
}

func FuzzRead(f *testing.F) {
	for _, d := range documents() {
		f.Add(d.Append(nil))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := Read(b)
		if err != nil {
			return
		}
		again, err := Read(d.Append(nil))
		if err != nil || !cmp.Equal(again.Civic, d.Civic) {
			t.Errorf("%v %s", err, cmp.Diff(d, again))
		}
	})
}
