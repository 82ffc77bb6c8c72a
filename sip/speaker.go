package sip

import (
	"log/slog"
	"time"

	"dialtone/internal/audio"
	"dialtone/internal/audio/prompt"
	"dialtone/sip/media"
	"dialtone/store"
	"dialtone/store/record"
)

// breath is the silence before we speak: phones take a moment to listen.
const breath = 300 * time.Millisecond

// speaker speaks to people in their language.
type speaker struct {
	store *store.Store
	log   *slog.Logger
}

// Slot says where a call is parked.
func (s speaker) Slot(account, user string, slot int) media.Source {
	words := append([]prompt.Word{prompt.ParkedAt}, prompt.Number(uint(slot))...)
	wide, err := prompt.Say(s.language(record.ID(account), record.ID(user)), words...)
	if err != nil {
		s.log.Error("cannot say the number of a slot", "err", err)
		return nil
	}
	pcm := make([]int16, breath*prompt.Rate/2/time.Second, len(wide))
	var down audio.Downsampler
	return media.NewSounds(down.Append(pcm, wide), false)
}

// language is a user's, or the account's.
func (s speaker) language(account, user record.ID) (language string) {
	s.store.View(func(v *store.View) {
		if u, ok := store.Get[*record.User](v, user); ok && user != "" {
			language = u.Language
		} else if a, ok := v.Account(account); ok {
			language = a.Language
		}
	})
	return language
}
