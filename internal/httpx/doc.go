// Package httpx has the two HTTP servers' common ground: limits every
// connection is held to, and a Serve that stops accepting when its context
// ends, lets running requests finish and then closes what is left.
//
// [Fast] and [ServeFast] are for fasthttp (phones), [Std] and [ServeStd] for
// net/http (administration).
package httpx
