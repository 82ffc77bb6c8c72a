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
