package render

import "unicode/utf8"

// Entry is one person or place of a phone book.
type Entry struct {
	Name    string
	Numbers []string
}

// AppendPhonebook appends a phone book in Yealink's XML (remote phone book: YealinkIPPhoneDirectory). Characters XML
// cannot carry are left out.
func AppendPhonebook(dst []byte, entries []Entry) []byte {
	dst = append(dst, `<?xml version="1.0" encoding="UTF-8"?>`+"\n<YealinkIPPhoneDirectory>\n"...)
	for _, e := range entries {
		dst = append(dst, "<DirectoryEntry><Name>"...)
		dst = appendXML(dst, e.Name)
		dst = append(dst, "</Name>"...)
		for _, n := range e.Numbers {
			dst = append(dst, "<Telephone>"...)
			dst = appendXML(dst, n)
			dst = append(dst, "</Telephone>"...)
		}
		dst = append(dst, "</DirectoryEntry>\n"...)
	}
	return append(dst, "</YealinkIPPhoneDirectory>\n"...)
}

// appendXML appends character data (XML 1.0, 2.2 and 2.4).
func appendXML(dst []byte, s string) []byte {
	for _, r := range s {
		switch {
		case r == '&':
			dst = append(dst, "&amp;"...)
		case r == '<':
			dst = append(dst, "&lt;"...)
		case r == '>':
			dst = append(dst, "&gt;"...)
		case r == '"':
			dst = append(dst, "&#34;"...)
		case r == '\'':
			dst = append(dst, "&#39;"...)
		case r < ' ' && r != '\t', r == 0xfffe, r == 0xffff:
		default:
			dst = utf8.AppendRune(dst, r)
		}
	}
	return dst
}
