package sip

import (
	"log/slog"
	"testing"

	"dialtone/sip/sdp"
	"dialtone/store"
	"dialtone/store/record"
)

// A slot is said to the end, in either language.
func TestSpeaker(t *testing.T) {
	st, err := store.Open(store.Config{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	frames := map[string]int{}
	for _, language := range []string{"en", "fr"} {
		a := record.NewAccount()
		a.Name, a.Email, a.Language = language, language+"@example.com", language
		if err := st.Update(t.Context(), func(tx *store.Tx) error { return tx.Create(a) }); err != nil {
			t.Fatal(err)
		}
		s := speaker{st, slog.New(slog.DiscardHandler)}
		for _, slot := range []int{1, 12, 99} {
			source := s.Slot(string(a.ID), "", slot)
			if source == nil {
				t.Fatalf("%s: slot %d cannot be said", language, slot)
			}
			for _, codec := range []string{"PCMU", "PCMA", "G722"} {
				clip := source.Clip(sdp.Codec{Name: codec, Clock: 8000})
				if clip == nil || clip.Loop || len(clip.Frames) < 40 {
					t.Fatalf("%s: slot %d in %s: %+v", language, slot, codec, clip)
				}
				frames[language] += len(clip.Frames)
			}
		}
	}
	if frames["en"] == frames["fr"] {
		t.Error("both languages sound alike")
	}
}
