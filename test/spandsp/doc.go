// Package spandsp drives the fax terminal of libspandsp, as Debian ships it, as the far end of
// our own: in virtual time, or at the audio end of a gateway in real time. It is built with
// the tag spandsp only, and with cgo.
package spandsp
