package event

import "strings"

// eventPackage is an event package of RFC 6665: what may be subscribed to, and how its
// state is written.
type eventPackage struct {
	name        string
	contentType string
	lamp        bool // is about dialogs: means nothing for a mailbox
	write       func(of *subject) document
}

// subject is what a document is about.
type subject struct {
	entity string // URI subscribed to, without parameters
	name   string // its user part, unescaped
	host   string // its host
	about  Resource
	// dialogs are sorted: what matters most is first.
	dialogs []Dialog
}

// standing is the dialog that stands for what records decide; nil where they do not.
func (s *subject) standing() []Dialog {
	switch s.about.Standing {
	case Trying:
		return nil
	case Terminated:
		return []Dialog{}
	}
	return []Dialog{{ID: s.name, CallID: s.name, State: s.about.Standing, Number: s.name, Name: s.about.Name}}
}

// document is a body. The version, where the package has one, goes between head and
// tail.
type document struct {
	head, tail string
	versioned  bool
}

// packages are those there are.
var packages = []eventPackage{
	{"dialog", "application/dialog-info+xml", true, writeDialogInfo},
	{"message-summary", "application/simple-message-summary", false, writeSummary},
	{"presence", "application/pidf+xml", true, writePresence},
}

// allowEvents is the Allow-Events header's value (RFC 6665 section 8.2.2).
const allowEvents = "dialog, message-summary, presence"

// packageNamed finds a package by name, nil for one that is unknown.
func packageNamed(name string) *eventPackage {
	for i := range packages {
		if strings.EqualFold(packages[i].name, name) {
			return &packages[i]
		}
	}
	return nil
}
