package admin

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestListsAreSearchedByText(t *testing.T) {
	w := newWorld(t)
	o := w.newOffice() // Alice, and the credential alice
	w.post(w.at("/users"), fieldsOf{"name": "Zoë", "email": "zoe@example.org"}).want(http.StatusCreated)
	credentials := "/credential_lists/" + string(o.list) + "/credentials"
	w.post(w.at(credentials), fieldsOf{"username": "bob"}).want(http.StatusCreated)
	for _, c := range []struct{ name, path, field, want string }{
		{"a name whatever its case", "/users?text=ALICE", "name", "Alice"},
		{"letters beyond ASCII", "/users?text=zo%C3%8B", "name", "Zoë"},
		{"an e-mail address", "/users?text=%20example.org", "name", "Zoë"},
		{"nobody", "/users?text=%25", "name", ""},
		{"a user name", credentials + "?text=BO", "username", "bob"},
	} {
		var found []string
		for _, r := range w.get(w.at(c.path)).want(http.StatusOK).data() {
			found = append(found, r[c.field].(string))
		}
		if diff := cmp.Diff(c.want, strings.Join(found, ",")); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestBaseDomainIsTold(t *testing.T) {
	w := newWorld(t)
	w.server.BaseDomain = "sip.example.net"
	if got := w.get(w.at("/base_domain")).want(http.StatusOK).text("base_domain"); got != "sip.example.net" {
		t.Errorf("the base domain is %q", got)
	}
}
