package admin

import (
	"net/http"

	"dialtone/store/record"
)

// describePeople tries what is about people and their sessions.
func (d *described) describePeople() {
	d.t.Helper()
	path := d.at("/account_managers")
	made := d.do(d.root, http.MethodPost, path, fieldsOf{"name": "Ann", "email": "ann.manager@example.com", "role": record.RoleViewer, "invite": "link"}, 201)
	item := path + "/" + string(made.id())
	d.do(d.root, http.MethodPost, item+"/resend", fieldsOf{"invite": "password"}, 200)
	link := d.do(d.root, http.MethodPost, item+"/reset", nil, 200).text("link")
	invitation := "/v1/invitations/" + tokenOf(d.t, link)
	d.as = &browser{w: d.world}
	d.do("", http.MethodGet, invitation, nil, 200)
	d.do("", http.MethodPost, invitation, fieldsOf{"password": goodPassword, "name": "Anne"}, 200)
	d.do("", http.MethodPost, "/v1/session", fieldsOf{"email": "ann.manager@example.com", "password": goodPassword}, 200)
	d.do("", http.MethodGet, "/v1/session", nil, 200)
	other := d.logIn("ann.manager@example.com", goodPassword)
	for _, s := range d.do("", http.MethodGet, "/v1/session/others", nil, 200).data() {
		if s["current"] == false {
			d.do("", http.MethodDelete, "/v1/session/others/"+s["id"].(string), nil, 204)
		}
	}
	other.send(http.MethodGet, "/v1/session", nil).want(http.StatusUnauthorized)
	d.do("", http.MethodPost, "/v1/session/password", fieldsOf{"current_password": goodPassword, "new_password": goodPassword + "!"}, 200)
	d.do("", http.MethodDelete, "/v1/session", nil, 204)
	d.as = nil
	d.do(d.root, http.MethodPost, item+"/sign_out", nil, 204)
	d.cycle(path, made.id(), fieldsOf{"name": "Anna", "language": "fr", "role": "account_manager"})
}

// describeOthers tries what is about administrators and users who log in.
func (d *described) describeOthers() {
	d.t.Helper()
	const path = "/v1/administrators"
	id := d.create(path, fieldsOf{"name": "Root", "email": "root@example.com", "language": "fr"})
	for _, verb := range []string{"resend", "reset"} {
		d.do(d.root, http.MethodPost, path+"/"+string(id)+"/"+verb, fieldsOf{"invite": "link"}, 200)
	}
	d.do(d.root, http.MethodPost, path+"/"+string(id)+"/sign_out", nil, 204)
	d.cycle(path, id, fieldsOf{"name": "Roots"})
	d.do("", http.MethodPost, "/v1/password_resets", fieldsOf{"email": "nobody@example.com"}, 202)
	d.do(d.root, http.MethodGet, d.at("/checklist"), nil, 200)

	user := d.create(d.at("/users"), fieldsOf{"name": "Carl", "email": "carl@example.com"})
	item := d.at("/users/" + string(user))
	link := d.do(d.root, http.MethodPost, item+"/invite", nil, 200).text("link")
	d.as = &browser{w: d.world}
	d.do("", http.MethodPost, "/v1/invitations/"+tokenOf(d.t, link), fieldsOf{"password": goodPassword}, 200)
	d.do("", http.MethodGet, d.at("/me"), nil, 200)
	d.do("", http.MethodPatch, d.at("/me"), fieldsOf{"do_not_disturb": true, "language": "fr"}, 200)
	d.do("", http.MethodGet, d.at("/me/calls"), nil, 200)
	d.as = nil
	d.do(d.root, http.MethodPost, item+"/sign_out", nil, 204)
}
