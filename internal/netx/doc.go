// Package netx has what every listener needs: an accept loop that survives a
// lack of descriptors, connection caps per source and in total, and a bounded
// limiter of what one source may do; and TLS for phones and people: certificates
// from files or an ACME authority that change while connections live, profiles
// of what is spoken, client certificates that say which phone it is, and
// handshakes that cannot hold each other up.
//
// A listener is built as [Listen], then [WrapTLS] with the configuration of a
// [ServerTLS].
//
// A source is an IPv4 address or an IPv6 /64: the smallest network a
// subscriber is given (RFC 6177 section 2).
package netx
