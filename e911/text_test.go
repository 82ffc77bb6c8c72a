package e911

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"dialtone/internal/outbox"
	"dialtone/store/record"
)

// ExtensionByID is the reception's, of another account for a stranger's.
func (o *office) ExtensionByID(id record.ID) *record.Extension {
	numbers := map[record.ID]string{"ext_desk": "1000", "ext_gate": "1009", "ext_stranger": "1000"}
	e := record.NewExtension()
	e.Number = numbers[id]
	if id == "ext_stranger" {
		e.Account = "acct_2"
	}
	if e.Number == "" {
		return nil
	}
	return e
}

// TestTexts: extensions are told, too, each once, in a few lines.
func TestTexts(t *testing.T) {
	r := newRoom(t)
	r.office.account.EmergencyExtensions = []record.ID{"ext_desk", "ext_gone", "ext_stranger"}
	r.office.locations["loc_hq"].EmergencyExtensions = []record.ID{"ext_desk", "ext_gate"}
	r.place("call_1")
	c := r.settled("told", func(c *record.EmergencyCall) bool { return len(c.Mails) == 5 })
	var phones []record.EmergencyRecipient
	for _, p := range c.Recipients {
		if p.Extension != "" {
			phones = append(phones, p)
		}
	}
	want := []record.EmergencyRecipient{
		{Address: "1000", Extension: "ext_desk", Source: recipientOfBoth, Language: "en"},
		{Address: "1009", Extension: "ext_gate", Source: recipientOfLocation, Language: "en"},
	}
	if diff := cmp.Diff(want, phones); diff != "" {
		t.Error(diff)
	}
	for _, m := range c.Mails[3:] {
		row, err := r.store.OutboxRow(c.Account, m.Row)
		if err != nil {
			t.Fatal(err)
		}
		text, err := outbox.ReadText(row)
		if err != nil {
			t.Fatal(err)
		}
		const body = "EMERGENCY 911 call – Ann Arbor (1001) at Headquarters\nThe call is being connected.\n" +
			"Where: Headquarters, 233 N Michigan Ave, Chicago IL 60601, US, FL 12, RM 12-44\nCallback number: +13125550100"
		if text.Body != body || (text.Extension == "ext_desk") != (m.Address == "1000") {
			t.Errorf("text %+v", text)
		}
	}
}
