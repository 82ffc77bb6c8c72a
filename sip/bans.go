package sip

import (
	"net/netip"

	"github.com/prometheus/client_golang/prometheus"

	"dialtone/sip/admission"
)

// Bans lists the bans in force by source.
func (s *Server) Bans() []admission.Ban { return s.bans.Bans(s.now()) }

// Lift ends the ban of a source, an IPv6 one's with its /64, and forgets its
// failures. It tells whether there was one.
func (s *Server) Lift(source netip.Addr) bool {
	lifted := s.bans.Lift(source, s.now())
	if lifted {
		s.log.Info("ban lifted", "src", source)
	}
	return lifted
}

// gaugeBans shows how many bans are in force.
func (s *Server) gaugeBans(reg prometheus.Registerer) {
	if reg == nil {
		return
	}
	reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "dialtone_sip_bans", Help: "Bans in force.",
	}, func() float64 { return float64(s.bans.InForce(s.now())) }))
}
