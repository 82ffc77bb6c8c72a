package outbox

import (
	"context"
	"errors"
	"testing"
	"time"

	"dialtone/store"
	"dialtone/store/record"
)

// desk is phones of which some take a text.
type desk struct {
	err  error
	took []string
}

func (d *desk) Text(_ context.Context, account, extension record.ID, body string) error {
	d.took = append(d.took, string(account+" "+extension+" ")+body)
	return d.err
}

func TestText(t *testing.T) {
	now := time.Now()
	text := Text{Extension: "ext_1", Body: "help"}
	row, err := text.Row(store.OutboxEmergency, "acct_1", "emer_1", now)
	if err != nil {
		t.Fatal(err)
	}
	if !row.ExpiresAt.Equal(now.Add(textLife)) {
		t.Errorf("tried until %v", row.ExpiresAt)
	}
	broken := row
	broken.Payload = []byte("no text")
	for name, tt := range map[string]struct {
		phones Phones
		row    *store.OutboxRow
		want   result
	}{
		"taken":     {&desk{}, &row, delivered},
		"not taken": {&desk{err: errors.New("no phone is registered")}, &row, retry},
		"no phones": {nil, &row, failed},
		"malformed": {&desk{}, &broken, failed},
		"a mail":    {&desk{}, mailRow(t, store.OutboxEmergency, letter()), failed},
	} {
		got := sendText(t.Context(), tt.phones, tt.row)
		if got.result != tt.want || got.text == "" {
			t.Errorf("%s: %+v", name, got)
		}
		if d, ok := tt.phones.(*desk); ok && tt.want != failed && (len(d.took) != 1 || d.took[0] != "acct_1 ext_1 help") {
			t.Errorf("%s: sent %q", name, d.took)
		}
	}
}
