package admin

import (
	"net/http"
	"testing"

	"dialtone/provision/catalog"
)

func TestModels(t *testing.T) {
	w := newWorld(t)
	var list []map[string]any
	for next := ""; ; {
		page := w.get("/v1/models?limit=50" + next).want(http.StatusOK)
		list = append(list, page.data()...)
		cursor, more := page.json()["next"].(string)
		if !more {
			break
		}
		next = "&cursor=" + cursor
	}
	if want := len(catalog.Models()) + 1; len(list) != want {
		t.Fatalf("%d models, want %d", len(list), want)
	}
	one := w.get("/v1/models?model=sip-t46u").want(http.StatusOK).data()[0]
	for field, want := range map[string]any{
		"vendor": "yealink", "model": "T46U", "generic": false, "kind": "deskphone", "type": "deskphone", "accounts": 16.0, "line_keys": 27.0,
		"physical_keys": 10.0, "pages": 3.0, "keys_per_page": 9.0, "memory_keys": 0.0, "modules": 3.0, "keys_per_module": 60.0,
	} {
		if one[field] != want {
			t.Errorf("%s is %v, want %v", field, one[field], want)
		}
	}
	if screen := one["screen"].(map[string]any); screen["class"] != "colour" || screen["width"] != 480.0 {
		t.Errorf("screen is %v", screen)
	}
	if types := one["button_types"].([]any); len(types) != 18 {
		t.Errorf("button types are %v", types)
	}
	if generic := w.get("/v1/models?model=nothing").data()[0]; generic["generic"] != true {
		t.Errorf("an unknown model is %v", generic)
	}
}

func TestTemplatePreview(t *testing.T) {
	w := newWorld(t)
	o := w.newOffice()
	path := w.at("/button_templates/preview")
	queue := w.post(w.at("/call_queues"), fieldsOf{"name": "Sales", "strategy": "ringall"}).want(http.StatusCreated).id()
	buttons := []fieldsOf{
		{"position": 1, "type": "line"},
		{"position": 2, "type": "line", "target": fieldsOf{"line": 7}},
		{"position": 3, "type": "speed_dial", "target": fieldsOf{"destination": "1002"}},
		{"position": 4, "type": "blf_queue_agent", "target": fieldsOf{"queue": queue}},
		{"position": 1, "module": 1, "type": "dnd"},
		{"position": 28, "type": "hold"},
	}
	for name, tt := range map[string]struct {
		phone fieldsOf
		want  []string
	}{
		"T46U":           {fieldsOf{"model": "T46U", "expansion_modules": []string{"exp43"}}, []string{"ok", "ok", "ok", "device_has_no_owning_user", "position_out_of_range_for_model", "ok"}},
		"without module": {fieldsOf{"model": "T46U"}, []string{"ok", "ok", "ok", "device_has_no_owning_user", "position_out_of_range_for_model", "position_out_of_range_for_model"}},
		"few accounts":   {fieldsOf{"model": "T33G"}, []string{"ok", "not_available", "ok", "device_has_no_owning_user", "position_out_of_range_for_model", "position_out_of_range_for_model"}},
		"generic":        {fieldsOf{}, []string{"ok", "ok", "ok", "device_has_no_owning_user", "position_out_of_range_for_model", "position_out_of_range_for_model"}},
		"base":           {fieldsOf{"model": "W60B"}, []string{"vendor_does_not_support_type", "vendor_does_not_support_type", "vendor_does_not_support_type", "vendor_does_not_support_type", "vendor_does_not_support_type", "vendor_does_not_support_type"}},
	} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			tt.phone["buttons"] = buttons
			keys := w.post(path, tt.phone).want(http.StatusOK).json()["keys"].([]any)
			if len(keys) != len(tt.want) {
				t.Fatalf("%d keys", len(keys))
			}
			for i, k := range keys {
				if got := k.(map[string]any)["verdict"]; got != tt.want[i] {
					t.Errorf("key %d is %v, want %v", i, k, tt.want[i])
				}
			}
		})
	}
	w.t = t
	if got := w.post(path, fieldsOf{"buttons": []fieldsOf{{"position": 1, "type": "dtmf"}}}).want(422).fields()["buttons[0].target.digits"]; got == "" {
		t.Error("a key without digits is taken")
	}
	w.post(path, fieldsOf{"buttons": []fieldsOf{{"position": 1, "type": "intercom", "target": fieldsOf{"user": o.user}}, {"position": 1, "type": "dnd"}}}).want(422)
	if keys := w.post(path, nil).want(http.StatusOK).json()["keys"]; len(keys.([]any)) != 0 {
		t.Errorf("no buttons are %v", keys)
	}
}
