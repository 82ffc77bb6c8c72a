package sip

import (
	"strings"
	"sync"

	"dialtone/internal/audio/prompt"
	"dialtone/sip/media"
	"dialtone/store/record"
)

// maxSayings bounds what is kept ready to be said: half a minute of speech takes 700 KB.
const maxSayings = 64

// voice speaks to people in their language, and remembers what it has said.
type voice struct {
	speaker
	mu   sync.Mutex
	said map[string]*media.Sounds
}

// Say says words; nil if it cannot.
func (s *voice) Say(account, user record.ID, words ...prompt.Word) media.Source {
	language := s.language(account, user)
	var key strings.Builder
	key.WriteString(language)
	for _, w := range words {
		key.WriteString(" " + string(w))
	}
	s.mu.Lock()
	sounds := s.said[key.String()]
	s.mu.Unlock()
	if sounds != nil {
		return sounds
	}
	sounds, err := media.NewPrompt(language, words...)
	if err != nil {
		s.log.Error("cannot speak", "err", err)
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.said == nil || len(s.said) >= maxSayings {
		s.said = map[string]*media.Sounds{}
	}
	s.said[key.String()] = sounds
	return sounds
}
