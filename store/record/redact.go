package record

import "regexp"

// What is secret in a SIP message: the answer to a challenge (RFC 7616 section 3.4), also
// in the compact and folded forms headers may have, and the keys of SDES (RFC 4568
// section 9.1) and of ICE (RFC 8839 section 5.4).
var (
	digestAnswer = regexp.MustCompile(`(?i)(\bresponse\s*=\s*)("[^"]*"|[^\s,]+)`)
	mediaKey     = regexp.MustCompile(`(?i)(\binline:)[^\s|;]+`)
	icePassword  = regexp.MustCompile(`(?im)^(a=ice-pwd:)[^\r\n]+`)
)

// Redact is a SIP message with [Mask] for the secrets in it.
func Redact(message string) string {
	message = digestAnswer.ReplaceAllString(message, `${1}"`+Mask+`"`)
	message = mediaKey.ReplaceAllString(message, "${1}"+Mask)
	return icePassword.ReplaceAllString(message, "${1}"+Mask)
}
