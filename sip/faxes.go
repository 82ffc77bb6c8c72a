package sip

import "dialtone/sip/call"

// FaxDialer makes the calls of faxes that are sent.
func (s *Server) FaxDialer() call.FaxDialer { return s.calls.FaxDialer() }
