package admin

import (
	"fmt"
	"net/http"
	"reflect"

	"dialtone/provision/catalog"
	"dialtone/provision/layout"
	"dialtone/store"
	"dialtone/store/record"
)

// previewInput is a phone that need not exist, and the keys it is to have.
type previewInput struct {
	Vendor           string          `json:"vendor" doc:"Maker; yealink when absent."`
	Model            string          `json:"model" doc:"Model, such as T46U; the vendor's generic phone when absent."`
	ExpansionModules []string        `json:"expansion_modules" doc:"Expansion modules attached, in order."`
	Buttons          []record.Button `json:"buttons" doc:"The keys, as in a template."`
}

// previewView is what the phone would make of the keys.
type previewView struct {
	Model *modelView   `json:"model" doc:"The model."`
	Keys  []layout.Key `json:"keys" doc:"The keys with their verdicts. One with the verdict device_has_no_owning_user works on phones that have an owner."`
}

func (s *Server) previewOperations() []*operation {
	if s.Phones == nil {
		return nil
	}
	return []*operation{{
		method: http.MethodPost, path: "/v1/accounts/{account}/button_templates/preview", event: "button_template.preview", scope: record.ScopeRead,
		summary: "Says what each key of a template would do on a model, saved or not.",
		body:    []reflect.Type{typeOf[previewInput]()}, emptyBody: true,
		answer: typeOf[*previewView](), status: http.StatusOK, handle: handlePreview,
	}}
}

func handlePreview(c *call) (*answer, error) {
	var in previewInput
	if err := c.readInto(&in); err != nil {
		return nil, err
	}
	t := &record.ButtonTemplate{Name: "preview", Buttons: in.Buttons}
	if err := t.Validate(); err != nil {
		return nil, err
	}
	d := &record.Device{Type: record.Softphone, Vendor: in.Vendor, Model: in.Model, ExpansionModules: in.ExpansionModules}
	if err := d.Validate(); err != nil { // as a softphone: this phone has no MAC
		return nil, err
	}
	d.Type = record.Deskphone
	if m, known := catalog.Find(d.Vendor, d.Model); known && d.Model != "" {
		d.Type = typeOfModel(m)
	}
	d.Account = c.account
	var model *catalog.Model
	var keys []layout.Key
	var err error
	c.view(func(v *store.View) { model, keys, err = c.server.Phones.Preview(v, d, t.Buttons) })
	if err != nil {
		return nil, fmt.Errorf("cannot preview a layout: %w", err)
	}
	shown := showModel(model)
	return ok(&previewView{&shown, orEmpty(keys)}), nil
}
