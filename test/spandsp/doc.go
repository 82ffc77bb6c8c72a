// Package spandsp drives the fax terminal of libspandsp, as Debian ships it, in virtual
// time, as the far end of our own. It is built with the tag spandsp only, and with cgo.
package spandsp
