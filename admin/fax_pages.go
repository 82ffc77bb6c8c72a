package admin

import (
	"bytes"
	"net/http"
	"strconv"
	"time"

	"dialtone/fax"
	"dialtone/store"
	"dialtone/store/record"
)

const mediaPNG = "image/png"

// faxPageOperation shows a page of a fax where it is to be looked at rather than kept.
func faxPageOperation() *operation {
	return &operation{
		method: http.MethodGet, path: faxesPath + "/{fax}/pages/{page}", event: "fax.read_page", scope: record.ScopeSecrets,
		summary: "Shows a page of a fax's document, from 1, as a picture with square pixels.",
		media:   mediaPNG, status: http.StatusOK, handle: handleFaxPage,
	}
}

func handleFaxPage(c *call) (*answer, error) {
	f, err := c.fax()
	if err != nil {
		return nil, err
	}
	text := c.r.PathValue("page")
	n, err := strconv.Atoi(text)
	if err != nil || strconv.Itoa(n) != text || !hasDocument(&f) {
		return nil, store.ErrNotFound
	}
	var b bytes.Buffer
	err = c.server.workshop.work(c.r.Context(), func() error { return fax.WritePNG(&b, c.server.Store, &f, n) })
	if err != nil {
		return nil, err
	}
	return &answer{status: http.StatusOK, serve: func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("Content-Type", mediaPNG)
		w.Header().Set("ETag", `"`+f.TIFF.String()[:32]+"-"+text+`"`)
		http.ServeContent(w, req, "", time.Time{}, bytes.NewReader(b.Bytes()))
	}}, nil
}
