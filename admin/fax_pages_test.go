package admin

import (
	"image/png"
	"net/http"
	"strings"
	"testing"

	"dialtone/store/record"
)

func TestFaxPages(t *testing.T) {
	w := newWorld(t)
	w.line()
	id := w.handIn(map[string]string{"to": "+13125550199", "quality": "standard"}, [][]byte{picture(t), picture(t)}).want(http.StatusCreated).id()
	pages := w.at("/faxes/" + string(id) + "/pages/")
	first := w.get(pages + "1").want(http.StatusOK)
	if first.header.Get("Content-Type") != mediaPNG {
		t.Errorf("the page is a %s", first.header.Get("Content-Type"))
	}
	shown, err := png.Decode(strings.NewReader(first.raw))
	if err != nil {
		t.Fatal(err)
	}
	if size := shown.Bounds(); size.Dx() != 1728 || size.Dy() < size.Dx() {
		t.Errorf("the page is of %v pixels", size)
	}
	w.get(pages + "2").want(http.StatusOK)
	for _, page := range []string{"0", "3", "-1", "01", "one", "99999999999999999999"} {
		if g := w.get(pages + page); g.status != http.StatusNotFound {
			t.Errorf("page %s: %d", page, g.status)
		}
	}
	w.send(w.newKey(w.account, record.ScopeRead, record.ScopeWrite), http.MethodGet, pages+"1", nil).want(http.StatusForbidden)
	w.send(w.root, http.MethodGet, pages+"1", nil, withHeader("If-None-Match", first.header.Get("ETag"))).want(http.StatusNotModified)
	stranger := "/v1/accounts/" + string(w.newAccount("Other")) + "/faxes/" + string(id) + "/pages/1"
	w.get(stranger).want(http.StatusNotFound)
	gone := w.faxed(func(f *record.Fax) { f.Deleted = true })
	w.get(w.at("/faxes/" + gone.ID + "/pages/1")).want(http.StatusNotFound)
}
