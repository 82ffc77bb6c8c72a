package event

import (
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// updateGolden has the golden files written anew.
func updateGolden() bool { return flag.Lookup("update").Value.String() == "true" }

var _ = flag.Bool("update", false, "write the golden files")

func TestDocuments(t *testing.T) {
	noon := time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)
	talking := Dialog{
		ID: "d2", CallID: "c2@192.0.2.1", Local: "phone2", Remote: "us2", Initiator: true, State: Confirmed, Held: true,
		Number: "1003", Name: "Carol", Since: noon.Add(-time.Minute),
	}
	anonymous := Dialog{ID: "d3", CallID: `<c3>&"x"`, Remote: "us3", State: Early, Since: noon}
	dialling := Dialog{ID: "d4", CallID: "c4", Initiator: true, State: Trying, Number: "*78", Since: noon}
	many := []Dialog{ringing("d1"), ringing("d5"), ringing("d6"), ringing("d7"), ringing("d8")}
	waiting := Dialog{ID: "call_1", CallID: "call_1", State: Early, Number: "+13125550155", Name: "Zed", Since: noon}
	for _, tt := range []struct {
		name    string
		of      string
		dialogs []Dialog
	}{
		{"dialog-queue", "dialog", []Dialog{waiting}},
		{"dialog-idle", "dialog", nil},
		{"dialog-ringing", "dialog", []Dialog{ringing("d1")}},
		{"dialog-several", "dialog", []Dialog{talking, dialling, ringing("d1"), anonymous}},
		{"dialog-many", "dialog", many},
		{"summary", "message-summary", nil},
		{"presence-idle", "presence", nil},
		{"presence-ringing", "presence", []Dialog{talking, ringing("d1")}},
		{"presence-talking", "presence", []Dialog{talking}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newStates()
			for _, d := range tt.dialogs {
				s.put(d, []Source{"x", "y"})
			}
			of := subject{
				entity: "sip:1001@pbx.example.com", name: "1001", host: "pbx.example.com",
				about:   Resource{Name: "Alice", Voicemail: "*97"},
				dialogs: s.of([]Source{"x", "y"}),
			}
			d := packageNamed(tt.of).write(&of)
			got := d.head + d.tail
			if d.versioned {
				got = d.head + "7" + d.tail
			}
			if strings.HasPrefix(got, "<?xml") {
				wellFormed(t, got)
			}
			path := filepath.Join("testdata", tt.name+".golden")
			if updateGolden() {
				if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// dialogInfo is the schema of RFC 4235 section 4.4, as far as it goes here.
type dialogInfo struct {
	XMLName xml.Name `xml:"urn:ietf:params:xml:ns:dialog-info dialog-info"`
	Version uint32   `xml:"version,attr"`
	State   string   `xml:"state,attr"`
	Entity  string   `xml:"entity,attr"`
	Dialogs []struct {
		ID        string `xml:"id,attr"`
		CallID    string `xml:"call-id,attr"`
		Local     string `xml:"local-tag,attr"`
		Remote    string `xml:"remote-tag,attr"`
		Direction string `xml:"direction,attr"`
		State     string `xml:"state"`
		Them      struct {
			Identity struct {
				Display string `xml:"display,attr"`
				URI     string `xml:",chardata"`
			} `xml:"identity"`
			Target struct {
				URI string `xml:"uri,attr"`
			} `xml:"target"`
		} `xml:"remote"`
	} `xml:"dialog"`
}

func wellFormed(t *testing.T, doc string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(doc))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, doc)
		}
	}
}

// readInfo reads a dialog-info document.
func readInfo(t *testing.T, body string) (info dialogInfo) {
	t.Helper()
	if err := xml.Unmarshal([]byte(body), &info); err != nil {
		t.Fatalf("%v in\n%s", err, body)
	}
	if info.State != "full" || len(info.Dialogs) == 0 {
		t.Fatalf("not a full document:\n%s", body)
	}
	return info
}

func TestPickUp(t *testing.T) {
	of := subject{entity: "sip:1001@pbx.example.com", name: "1001", host: "pbx.example.com", dialogs: []Dialog{ringing("d1")}}
	d := writeDialogInfo(&of)
	info := readInfo(t, d.head+"12"+d.tail)
	one := info.Dialogs[0]
	if info.Version != 12 || info.Entity != of.entity || one.ID != "d1" || one.CallID != "c-d1@192.0.2.1" ||
		one.Local != "phone" || one.Remote != "us" || one.Direction != "recipient" || one.State != "early" ||
		one.Them.Identity.Display != "Zoë & <Co>" || one.Them.Identity.URI != "sip:+15550123@pbx.example.com" ||
		one.Them.Target.URI != one.Them.Identity.URI {
		t.Errorf("%+v", info)
	}
}

func TestHostileText(t *testing.T) {
	hostile := "\x00\x01<&>\"'\u202e\xff\r\nX: y"
	d := ringing("d1")
	d.ID, d.CallID, d.Local, d.Remote, d.Number, d.Name = hostile, hostile, hostile, hostile, hostile, hostile
	of := subject{entity: entityOf(hostile, "pbx.example.com"), name: hostile, host: "pbx.example.com", about: Resource{Name: hostile, Voicemail: hostile}}
	for _, dialogs := range [][]Dialog{nil, {d}} {
		of.dialogs = dialogs
		for _, p := range packages {
			doc := p.write(&of)
			if p.name == "message-summary" {
				if n := strings.Count(doc.head, "\n"); n != 3 {
					t.Errorf("%d lines in %q", n, doc.head)
				}
				continue
			}
			version := ""
			if doc.versioned {
				version = "0"
			}
			wellFormed(t, doc.head+version+doc.tail)
		}
	}
}
