// Package event holds the SIP event packages Dialtone speaks (RFC 6665) and the
// notifications vendors' phones understand.
package event
