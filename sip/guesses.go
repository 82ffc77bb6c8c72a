package sip

import (
	"time"

	"dialtone/sip/admission"
	"dialtone/sip/registrar"
)

// guesses is what is known of those who try names and passwords.
type guesses struct {
	targets *admission.Targets
	probes  *admission.Probes
}

func newGuesses() guesses {
	return guesses{targets: admission.NewTargets(0), probes: admission.NewProbes(0)}
}

// guessed counts a wrong answer of a source that did get our challenge: against the
// source, the user and the domain. When many sources guess at one user together each is
// banned sooner; nobody who knows the password is hindered.
func (s *Server) guessed(r *registration, aor string, cause registrar.Cause, now time.Time) {
	g := s.guesses.targets.Failed(r.Source.Addr(), r.user, r.domain, now)
	for _, kind := range g.Begun {
		s.metrics.distributed[kind].Inc()
		target := aor
		if kind == admission.Domain {
			target = string(r.domain)
		}
		s.log.Warn("many sources guess together", "target", kind.String(), "name", target, "failures", g.Failures, "src", r.Source.Addr())
	}
	ban, banned := s.bans.FailedBy(r.Source.Addr(), g.Weight, string(cause), now)
	if banned {
		s.noteBan(&ban, aor)
	}
}

// challenged notes a challenge. Who has many names challenged over connections and
// answers none is banned: see [admission.Probes] for why not over UDP.
func (s *Server) challenged(r *registration, f flow, now time.Time) {
	if f.connection == 0 || !s.guesses.probes.Challenged(f.source.Addr(), r.user, now) {
		return
	}
	if ban, banned := s.bans.Ban(f.source.Addr(), reasonScan, now); banned {
		s.noteBan(&ban, string(r.user)+"@"+string(r.domain))
	}
}

// reasonScan is the cause of a ban for asking after names.
const reasonScan = "names_tried"

// answered notes a right answer to a challenge.
func (s *Server) answered(f flow) {
	if f.connection != 0 {
		s.guesses.probes.Answered(f.source.Addr())
	}
}

func (s *Server) noteBan(ban *admission.Ban, aor string) {
	s.metrics.bans.Inc()
	s.log.Warn("source banned", "src", ban.Source, "until", ban.Until, "failures", ban.Failures, "cause", ban.Reason, "aor", aor)
}
