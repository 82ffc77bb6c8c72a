package layout

import (
	"dialtone/provision/catalog"
	"dialtone/store/record"
)

// Input is everything a layout depends on besides the people it points at.
type Input struct {
	Device *record.Device
	Model  *catalog.Model
	// Template are the buttons of the device's template, none without one.
	Template []record.Button
	// Lines are the device's lines in ascending order of their numbers.
	Lines []Line
	// Voicemail is what a voicemail key dials; empty means such keys do not work.
	Voicemail string
	// ParkCode is the feature code that parks a call; the slot follows it.
	ParkCode string
	// AgentCode is the feature code that logs an agent in to a queue or out of it: the queue's extension, * and the
	// agent's follow it.
	AgentCode string
	Features  Features
}

// Line is a line a key can stand for.
type Line struct {
	Number int
	Label  string
}

// directory answers what keys point at. Only records of the device's account are found.
type directory interface {
	User(id record.ID) (*record.User, bool)
	Extension(id record.ID) (*record.Extension, bool)
	// ExtensionOf is the active extension a user is called at: the primary one, else the lowest.
	ExtensionOf(user record.ID) (*record.Extension, bool)
	Queue(id record.ID) (*record.CallQueue, bool)
	// QueueExtension is the lowest active extension that leads to a queue.
	QueueExtension(queue record.ID) (*record.Extension, bool)
}

// Positions is the number of keys on the phone itself: line keys, then memory keys.
func Positions(m *catalog.Model) int { return m.LineKeys + m.MemoryKeys }

// Modules is the number of attached expansion modules the model can drive.
func Modules(m *catalog.Model, attached []string) int { return min(len(attached), m.Modules) }

// line is the device's line of that number, nil when there is none.
func (in *Input) line(number int) *Line {
	for i := range in.Lines {
		if in.Lines[i].Number == number {
			return &in.Lines[i]
		}
	}
	return nil
}

// firstLine is the lowest line the model has an account for, 0 when there is none.
func (in *Input) firstLine() int {
	if len(in.Lines) == 0 || in.Lines[0].Number > in.Model.Accounts {
		return 0
	}
	return in.Lines[0].Number
}

// owner is whose the device's lowest line with a user is; empty when there is none.
func (in *Input) owner() record.ID {
	lowest := record.Line{}
	for _, l := range in.Device.Lines {
		if l.User != "" && (lowest.User == "" || l.Line < lowest.Line) {
			lowest = l
		}
	}
	return lowest.User
}
