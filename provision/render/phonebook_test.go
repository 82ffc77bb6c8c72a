package render

import (
	"encoding/xml"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestAppendPhonebook(t *testing.T) {
	got := AppendPhonebook(nil, []Entry{
		{Name: `R&D <"O'Hara">`, Numbers: []string{"1001", "+13125550100"}},
		{Name: "Küche 🛎\x01", Numbers: nil},
	})
	golden(t, "phonebook.xml", got)
}

// directory is the document as a phone reads it.
type directory struct {
	XMLName xml.Name `xml:"YealinkIPPhoneDirectory"`
	Entries []struct {
		Name    string   `xml:"Name"`
		Numbers []string `xml:"Telephone"`
	} `xml:"DirectoryEntry"`
}

func TestPhonebookRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[ -~àéü厨🛎]{0,20}`).Draw(t, "name")
		number := rapid.StringMatching(`[+*#0-9]{1,16}`).Draw(t, "number")
		var got directory
		if err := xml.Unmarshal(AppendPhonebook(nil, []Entry{{name, []string{number}}, {Name: "b"}}), &got); err != nil {
			t.Fatalf("%v", err)
		}
		if len(got.Entries) != 2 || got.Entries[0].Name != name || !cmp.Equal(got.Entries[0].Numbers, []string{number}) {
			t.Fatalf("got %+v", got)
		}
	})
}
