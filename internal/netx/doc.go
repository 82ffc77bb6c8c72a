// Package netx has what every listener needs: an accept loop that survives a
// lack of descriptors, connection caps per source and in total, certificates
// that can be reloaded, and a bounded limiter of what one source may do.
//
// A source is an IPv4 address or an IPv6 /64: the smallest network a
// subscriber is given (RFC 6177 section 2).
package netx
