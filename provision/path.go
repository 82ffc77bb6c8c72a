package provision

import (
	"bytes"

	"dialtone/store/record"
)

// file is what a file name asks for.
type file uint8

// The files. Names are those of Yealink's auto provisioning.
const (
	fileOther     file = iota // a name that means nothing here
	fileBad                   // a name no phone asks for: too long, odd characters, not a MAC
	fileConfig                // <mac>.cfg
	fileBoot                  // <mac>.boot
	fileCommon                // y000000000000.boot, y0000000000NN.cfg
	fileLocal                 // <mac>-local.cfg
	fileContacts              // <mac>-contact.xml
	fileCallLog               // <mac>-calllog.xml
	filePhonebook             // phonebook.xml
)

// Bounds of a path's parts, in bytes.
const (
	maxToken = 128
	maxName  = 64
)

const phonebookName = "phonebook.xml"

// suffixes are what may follow a MAC.
var suffixes = [...]struct {
	text string
	file file
}{
	{".cfg", fileConfig},
	{".boot", fileBoot},
	{"-local.cfg", fileLocal},
	{"-contact.xml", fileContacts},
	{"-calllog.xml", fileCallLog},
}

// named says whether the file's name carries a MAC.
func (f file) named() bool {
	return f == fileConfig || f == fileBoot || f.uploaded()
}

// uploaded says whether phones store the file here.
func (f file) uploaded() bool {
	return f == fileLocal || f == fileContacts || f == fileCallLog
}

// splitPath takes a request target apart. The slices point into it; both are empty
// when it is not /p/<token>/<file>. Nothing is decoded: neither tokens nor the
// names phones ask for need it.
func splitPath(target []byte) (token, name []byte) {
	if i := bytes.IndexByte(target, '?'); i >= 0 {
		target = target[:i]
	}
	rest, ok := bytes.CutPrefix(target, []byte("/p/"))
	if !ok {
		return nil, nil
	}
	token, name, _ = bytes.Cut(rest, []byte("/"))
	if len(token) > maxToken {
		return nil, nil
	}
	return token, name
}

// parseName reads a file name. The MAC is zero for files without one.
func parseName(name []byte) (file, record.MAC) {
	if len(name) == 0 || len(name) > maxName || !plain(name) {
		return fileBad, record.MAC{}
	}
	if string(name) == phonebookName {
		return filePhonebook, record.MAC{}
	}
	if isCommon(name) {
		return fileCommon, record.MAC{}
	}
	if mac, rest, ok := cutMAC(name); ok {
		for i := range suffixes {
			if string(rest) == suffixes[i].text {
				return suffixes[i].file, mac
			}
		}
	}
	if bytes.HasSuffix(name, []byte(".cfg")) || bytes.HasSuffix(name, []byte(".boot")) {
		return fileBad, record.MAC{}
	}
	return fileOther, record.MAC{}
}

// plain accepts the characters file names of phones are made of.
func plain(name []byte) bool {
	for _, c := range name {
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
		case c == '.', c == '-', c == '_', c == ':':
		default:
			return false
		}
	}
	return true
}

// isCommon reports a file all phones of a model ask for: y, 12 digits, .cfg or .boot.
func isCommon(name []byte) bool {
	const digits = 12
	if len(name) < 1+digits || name[0] != 'y' {
		return false
	}
	for _, c := range name[1 : 1+digits] {
		if c < '0' || c > '9' {
			return false
		}
	}
	rest := string(name[1+digits:])
	return rest == ".cfg" || rest == ".boot"
}

// cutMAC reads the address of one device at the start of a name: 12 hexadecimal
// digits in any case, bare or in pairs or fours joined by one sort of separator.
func cutMAC(name []byte) (mac record.MAC, rest []byte, ok bool) {
	const digits = 12
	group, sep := separator(name)
	i := 0
	for n := range digits {
		if group > 0 && n > 0 && n%group == 0 {
			if i >= len(name) || name[i] != sep {
				return record.MAC{}, nil, false
			}
			i++
		}
		if i >= len(name) {
			return record.MAC{}, nil, false
		}
		v, isHex := hexDigit(name[i])
		if !isHex {
			return record.MAC{}, nil, false
		}
		mac[n/2] = mac[n/2]<<4 | v
		i++
	}
	if mac == (record.MAC{}) || mac[0]&1 != 0 {
		return record.MAC{}, nil, false
	}
	return mac, name[i:], true
}

// separator is what stands between the digits of a MAC, and after how many; 0 for nothing.
func separator(name []byte) (group int, sep byte) {
	for _, group := range [...]int{2, 4} {
		if len(name) <= group {
			return 0, 0
		}
		if c := name[group]; c == ':' || c == '-' || c == '.' {
			return group, c
		}
	}
	return 0, 0
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}
