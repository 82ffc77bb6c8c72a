package layout

import (
	"cmp"
	"fmt"
	"net"
	"strconv"

	"dialtone/store/record"
)

// resolve turns the target into what the phone dials, watches or sends.
func (j *judge) resolve(k *Key) {
	t := k.Target
	if t == nil {
		t = &record.ButtonTarget{}
	}
	k.Line = j.in.firstLine()
	switch k.Type {
	case record.ButtonLine:
		j.line(k)
	case record.ButtonBLFExtension, record.ButtonIntercom:
		j.person(k, t)
	case record.ButtonBLFPark, record.ButtonPark:
		j.park(k, t.Slot)
	case record.ButtonQueueDepth, record.ButtonQueueAgent:
		j.queue(k, t)
	case record.ButtonVoicemail:
		if k.Value = j.in.Voicemail; k.Value == "" {
			k.refuse("the account has no voicemail number")
		}
	case record.ButtonSpeedDial:
		k.Value = t.Destination
		k.Label = cmp.Or(k.Label, t.Destination)
	case record.ButtonForward:
		k.Value = t.Destination
	case record.ButtonDTMF:
		k.Value = t.Digits
	case record.ButtonURL:
		k.Value = t.URL
	case record.ButtonMulticast:
		k.Value = net.JoinHostPort(t.Address, strconv.Itoa(t.Port))
	case record.ButtonTransfer:
		j.transferMode(k, t.Mode)
	}
}

// refuse marks a key that cannot work as it stands.
func (k *Key) refuse(format string, args ...any) {
	k.Verdict, k.Reason, k.Value, k.Line = NotAvailable, fmt.Sprintf(format, args...), "", 0
}

func (j *judge) line(k *Key) {
	number := lineOf(j.in, k.Target)
	l := j.in.line(number)
	switch {
	case len(j.in.Lines) == 0:
		k.refuse("the device has no lines")
	case l == nil:
		k.refuse("the device has no line %d", number)
	case number > j.in.Model.Accounts:
		k.refuse("the %s has %d accounts, so line %d is not set up on it", j.in.Model.Name, j.in.Model.Accounts, number)
	default:
		k.Line = number
		k.Label = cmp.Or(k.Label, l.Label)
	}
}

// person resolves a key that watches or calls somebody by extension.
func (j *judge) person(k *Key, t *record.ButtonTarget) {
	var ext *record.Extension
	switch {
	case t.User != "":
		u, ok := j.dir.User(t.User)
		if !ok {
			k.refuse("the user does not exist any more")
			return
		}
		k.Label = cmp.Or(k.Label, u.Name)
		if ext, ok = j.dir.ExtensionOf(t.User); !ok {
			k.refuse("%s has no active extension", u.Name)
			return
		}
	default:
		var ok bool
		if ext, ok = j.dir.Extension(t.Extension); !ok {
			k.refuse("the extension does not exist any more")
			return
		}
	}
	k.Label = cmp.Or(k.Label, ext.Number)
	if ext.Status != record.Active {
		k.refuse("extension %s is inactive", ext.Number)
		return
	}
	k.Value = ext.Number
}

func (j *judge) park(k *Key, slot int) {
	if j.in.ParkCode == "" {
		k.refuse("the account has no feature code for parking")
		return
	}
	k.Value = j.in.ParkCode
	if slot > 0 {
		k.Value += strconv.Itoa(slot)
		k.Label = cmp.Or(k.Label, "Park "+strconv.Itoa(slot))
	}
}

// transferMode lets the first transfer key decide for the phone.
func (j *judge) transferMode(k *Key, mode string) {
	switch {
	case j.transfer == "":
		j.transfer, j.transferFrom = mode, k.Position
		k.Value = mode
	case j.transfer == mode:
		k.Value = mode
	default:
		k.Verdict, k.Line = UnsupportedType, 0
		k.Reason = fmt.Sprintf("a phone has one way to transfer for all its keys, and key %d makes it %s", j.transferFrom, j.transfer)
	}
}
