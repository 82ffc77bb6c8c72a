package provision

import (
	"bytes"
	"strings"
	"testing"

	"dialtone/store/record"
)

var phoneMAC = record.MAC{0x80, 0x5e, 0xc0, 0x01, 0x02, 0x03}

var names = []struct {
	name string
	file file
	mac  record.MAC
}{
	{"805ec0010203.cfg", fileConfig, phoneMAC},
	{"805EC0010203.cfg", fileConfig, phoneMAC},
	{"80:5e:c0:01:02:03.cfg", fileConfig, phoneMAC},
	{"80-5E-C0-01-02-03.cfg", fileConfig, phoneMAC},
	{"805e.c001.0203.cfg", fileConfig, phoneMAC},
	{"805ec0010203.boot", fileBoot, phoneMAC},
	{"805ec0010203-local.cfg", fileLocal, phoneMAC},
	{"80-5e-c0-01-02-03-local.cfg", fileLocal, phoneMAC},
	{"805ec0010203-contact.xml", fileContacts, phoneMAC},
	{"805ec0010203-calllog.xml", fileCallLog, phoneMAC},
	{"y000000000000.boot", fileCommon, record.MAC{}},
	{"y000000000108.cfg", fileCommon, record.MAC{}},
	{"phonebook.xml", filePhonebook, record.MAC{}},
	{"", fileBad, record.MAC{}},
	{"00:15:65.cfg", fileBad, record.MAC{}},
	{"805ec00102034.cfg", fileBad, record.MAC{}},
	{"805ec001020.cfg", fileBad, record.MAC{}},
	{"805ec001020g.cfg", fileBad, record.MAC{}},
	{"80:5e-c0:01:02:03.cfg", fileBad, record.MAC{}},
	{"000000000000.cfg", fileBad, record.MAC{}},
	{"ffffffffffff.cfg", fileBad, record.MAC{}},
	{"015ec0010203.cfg", fileBad, record.MAC{}},
	{"805ec0010203.cfg%00", fileBad, record.MAC{}},
	{"805ec0010203.cfg/", fileBad, record.MAC{}},
	{"/805ec0010203.cfg", fileBad, record.MAC{}},
	{"%2e%2e%2fetc%2fpasswd", fileBad, record.MAC{}},
	{"../805ec0010203.cfg", fileBad, record.MAC{}},
	{"805ec0010203.cfg\x00", fileBad, record.MAC{}},
	{strings.Repeat("8", 8192), fileBad, record.MAC{}},
	{"y000000000000.cfg.bak", fileOther, record.MAC{}},
	{"y00000000000g.cfg", fileBad, record.MAC{}},
	{"805ec0010203", fileOther, record.MAC{}},
	{"805ec0010203.rom", fileOther, record.MAC{}},
	{"favicon.ico", fileOther, record.MAC{}},
	{"y", fileOther, record.MAC{}},
}

func TestParseName(t *testing.T) {
	for _, c := range names {
		f, mac := parseName([]byte(c.name))
		if f != c.file {
			t.Errorf("%.40q is file %d, want %d", c.name, f, c.file)
		}
		if f.named() && mac != c.mac {
			t.Errorf("%.40q is of %s, want %s", c.name, mac, c.mac)
		}
	}
}

func TestSplitPath(t *testing.T) {
	for target, want := range map[string][2]string{
		"/p/TOKEN/file.cfg":      {"TOKEN", "file.cfg"},
		"/p/TOKEN/file.cfg?x=1":  {"TOKEN", "file.cfg"},
		"/p/TOKEN/":              {"TOKEN", ""},
		"/p/TOKEN":               {"TOKEN", ""},
		"/p//file.cfg":           {"", "file.cfg"},
		"/p/TOKEN//file.cfg":     {"TOKEN", "/file.cfg"},
		"/p/TOKEN/../x":          {"TOKEN", "../x"},
		"//p/TOKEN/file.cfg":     {"", ""},
		"/P/TOKEN/file.cfg":      {"", ""},
		"http://h/p/TOKEN/f.cfg": {"", ""},
		"/p/" + strings.Repeat("T", maxToken+1) + "/file.cfg": {"", ""},
	} {
		token, name := splitPath([]byte(target))
		if string(token) != want[0] || string(name) != want[1] {
			t.Errorf("%.40q is %q, %q, want %q", target, token, name, want)
		}
	}
}

// FuzzParseName: what is taken for a phone's file is its name in full.
func FuzzParseName(f *testing.F) {
	for _, c := range names {
		f.Add([]byte(c.name))
	}
	f.Fuzz(func(t *testing.T, name []byte) {
		kind, mac := parseName(name)
		if !kind.named() {
			return
		}
		if len(name) > maxName || bytes.ContainsAny(name, "/%\x00\r\n ") {
			t.Errorf("accepted %q", name)
		}
		parsed, err := record.ParseMAC(mac.String())
		if err != nil || parsed != mac {
			t.Errorf("%q has MAC %s: %v", name, mac, err)
		}
		for _, s := range suffixes {
			if s.file == kind && !bytes.HasSuffix(name, []byte(s.text)) {
				t.Errorf("%q does not end in %q", name, s.text)
			}
		}
	})
}
