// Package sip is the SIP edge: the listeners, what is admitted, and who answers it.
// It is the only place that builds the SIP user agent.
//
// A REGISTER goes read (request.go) → authenticate (authenticate.go) → update the
// registrar (register.go) → answer (respond.go); none of the steps but the first and
// the last knows how the message came in.
package sip
