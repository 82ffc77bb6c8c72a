package admin

import (
	"net/http"
	"testing"

	"dialtone/store/record"
)

// What the model has not got is refused, so that nothing is set and never reaches a
// phone.
func TestDeviceFitsModel(t *testing.T) {
	w := newWorld(t)
	o := w.newOffice()
	line := func(n int, credential record.ID) fieldsOf {
		return fieldsOf{"line": n, "credential": credential, "domain": o.domain}
	}
	more := w.post(w.at("/credential_lists/"+string(o.list)+"/credentials"), fieldsOf{"username": "bob"}).want(http.StatusCreated).id()
	phone := fieldsOf{"mac": "805ec0010204", "model": "T21P_E2", "lines": []fieldsOf{line(3, more)}}
	if got := w.post(w.at("/devices"), phone).want(422).fields()["lines"]; got != record.CodeOutOfRange {
		t.Errorf("line 3 of a phone with 2: %q", got)
	}
	phone["lines"] = []fieldsOf{line(2, more)}
	id := w.post(w.at("/devices"), phone).want(http.StatusCreated).id()
	path := w.at("/devices/" + string(id))
	w.patch(path, fieldsOf{"lines": []fieldsOf{line(16, more)}}).want(422)
	w.patch(path, fieldsOf{"lines": []fieldsOf{line(16, more)}, "model": "T46U"}).want(http.StatusOK)
	w.patch(path, fieldsOf{"model": "T21P_E2"}).want(422)

	base := w.post(w.at("/devices"), fieldsOf{"mac": "805ec0010205", "model": "W60B"}).want(http.StatusCreated).id()
	handset := fieldsOf{"type": "dect_handset", "ipei": "0123456789", "base": base, "slot": 9}
	if got := w.post(w.at("/devices"), handset).want(422).fields()["slot"]; got != record.CodeOutOfRange {
		t.Errorf("slot 9 of a base with 8: %q", got)
	}
	handset["slot"] = 8
	w.post(w.at("/devices"), handset).want(http.StatusCreated)
}

func TestForwardKeyToEmergency(t *testing.T) {
	w := newWorld(t)
	o := w.newOffice()
	forward := func(to string) []fieldsOf {
		return []fieldsOf{{"position": 1, "type": "forward", "target": fieldsOf{"destination": to}}}
	}
	device := w.at("/devices/" + string(o.device))
	for _, number := range []string{"911", "9911", "933", "112"} {
		w.post(w.at("/button_templates"), fieldsOf{"name": "Keys", "buttons": forward(number)}).want(422)
		w.patch(device, fieldsOf{"button_overrides": forward(number)}).want(422)
	}
	w.post(w.at("/button_templates"), fieldsOf{"name": "Keys", "buttons": forward("+13125550100")}).want(http.StatusCreated)
	w.patch(device, fieldsOf{"button_overrides": forward("1001")}).want(http.StatusOK)
}

func TestDeviceIsOfAnotherSort(t *testing.T) {
	w := newWorld(t)
	o := w.newOffice()
	device := w.at("/devices/" + string(o.device))
	if got := w.patch(device, fieldsOf{"model": "W60B"}).want(422).fields()["type"]; got != record.CodeInvalid {
		t.Errorf("a deskphone made a DECT base: %q", got)
	}
	for vendor, code := range map[string]string{"poly": record.CodeNotAvailable, " Yealink ": ""} {
		if got := w.patch(device, fieldsOf{"vendor": vendor}).fields()["vendor"]; got != code {
			t.Errorf("vendor %q of a known one: code %q, want %q", vendor, got, code)
		}
	}
	w.post(w.at("/devices"), fieldsOf{"mac": "00040f000001", "vendor": "Poly", "model": "VVX411"}).want(422)
	w.post(w.at("/devices"), fieldsOf{"type": "softphone", "vendor": "linphone"}).want(http.StatusCreated)
}
