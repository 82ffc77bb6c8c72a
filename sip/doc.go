// Package sip is the SIP edge: the listeners, what is admitted, and who answers it.
// It is the only place that builds the SIP user agent.
//
// A message is read from a datagram (udp.go) or a connection (stream.go) and decided
// about in worker.go, which does not know how it came in. A REGISTER is taken apart
// (request.go), its sender authenticated (authenticate.go), the registrar asked by
// whoever read it, and the answer written (answer.go) once it is on disk.
package sip
