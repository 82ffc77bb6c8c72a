package test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"dialtone/fax/tiff"
)

// faxPage is a page with a bar of its own, as an upload.
func faxPage(t testing.TB, n int) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 1728, 400))
	for y := range 400 {
		for x := range 1728 {
			shade := color.Gray{255}
			if y > 200 && y < 300 && x > 200*n && x < 200*n+150 {
				shade = color.Gray{0}
			}
			m.SetGray(x, y, shade)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sendFax hands pages in.
func (o *office) sendFax(t testing.TB, to string, pages int, fields map[string]string) object {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	_ = form.WriteField("to", to)
	for name, value := range fields {
		_ = form.WriteField(name, value)
	}
	for n := range pages {
		part, err := form.CreateFormFile("file", fmt.Sprintf("page%d.png", n))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(faxPage(t, n+1)); err != nil {
			t.Fatal(err)
		}
	}
	_ = form.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+o.d.Admin+o.path+"/faxes", &b)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Authorization", "Bearer "+o.d.key)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var got object
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil || resp.StatusCode != http.StatusCreated {
		t.Fatalf("fax handed in: %s %v, %v", resp.Status, got, err)
	}
	return got
}

// awaitFax waits until a fax has a status.
func (o *office) awaitFax(t testing.TB, id, status string) (f object) {
	t.Helper()
	await(t, "fax "+status, func() error {
		if f = o.d.get(t, o.path+"/faxes/"+id); f.str("status") != status {
			return fmt.Errorf("%v", f)
		}
		return nil
	})
	return f
}

// inboundFax waits for the newest inbound fax to be over.
func (o *office) inboundFax(t testing.TB) (f object) {
	t.Helper()
	await(t, "inbound fax", func() error {
		list := o.d.all(t, o.path+"/faxes")
		if len(list) == 0 || list[0].str("status") == "receiving" {
			return fmt.Errorf("%v", list)
		}
		f = list[0]
		return nil
	})
	return f
}

// document fetches a fax's document.
func (o *office) document(t testing.TB, id, format string) []byte {
	t.Helper()
	a := o.d.call(t, http.MethodGet, o.path+"/faxes/"+id+"/document?format="+format, nil)
	if a.status != http.StatusOK {
		t.Fatalf("document of fax %s: %d %s", id, a.status, a.raw)
	}
	return a.raw
}

// bars are the first black pixels of the row below the header on each page of a TIFF.
func bars(t testing.TB, file []byte) (list []int) {
	t.Helper()
	doc, err := tiff.Open(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	for i := range doc.Pages {
		n, first := 0, -1
		if _, err := doc.Rows(i, func(row []byte) error {
			if n++; n > 100 && first < 0 {
				for x, b := range row {
					if b != 0 {
						first = 8 * x
						break
					}
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		list = append(list, first)
	}
	return list
}

// TestFax: a fax handed in at one daemon goes over a trunk to the number of another, which
// mails it; the other's limit refuses the next one and says when to come again.
func TestFax(t *testing.T) {
	t.Parallel()
	mails := startRelay(t)
	a, b := newOffice(t, start(t, options{})), newOffice(t, start(t, options{config: mails.config()}))
	from := a.d.create(t, a.path+"/numbers", object{"number": "+12125550101", "outbound_enabled": true}).id()
	a.trunk(t, "To B", []string{b.d.SIP.UDP[0]}, nil)
	b.trunk(t, "From A", []string{a.d.SIP.UDP[0]}, nil)
	b.d.create(t, b.path+"/numbers", object{"number": "+12125550202", "fax_enabled": true, "fax_recipients": []string{"ann@example.com", "bob@example.com"}})
	b.patch(t, "", object{"fax_limit_inbound": 1})

	sent := a.sendFax(t, "+12125550202", 2, map[string]string{"number": from})
	if f := a.awaitFax(t, sent.id(), "delivered"); f["pages"] != 2.0 || f["attempts"] != 1.0 || !strings.Contains(f.str("station"), "2125550202") {
		t.Errorf("sent %v", f)
	}
	in := b.inboundFax(t)
	if in.str("status") != "received" || in["pages"] != 2.0 || in.str("from") != "+12125550101" || in["bad_rows"] != 0.0 {
		t.Errorf("received %v", in)
	}
	want, got := bars(t, a.document(t, sent.id(), "tiff")), bars(t, b.document(t, in.id(), "tiff"))
	if fmt.Sprint(want) != fmt.Sprint(got) || len(got) != 2 || got[0] == got[1] {
		t.Errorf("pages differ: sent %v, received %v", want, got)
	}
	if pdf := b.document(t, in.id(), "pdf"); !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		t.Errorf("PDF begins %.20q", pdf)
	}
	letters := mails.await("Fax from +12125550101 (2 pages)", 2)
	if letters[0].to != "ann@example.com" || letters[1].to != "bob@example.com" || letters[0].header.Get("X-Dialtone-Fax") != in.id() {
		t.Errorf("mails %+v", letters)
	}
	if f := letters[0].files; len(f) != 2 || f[0].text != string(b.document(t, in.id(), "pdf")) || f[1].text != string(b.document(t, in.id(), "tiff")) {
		t.Errorf("%d files are attached, or others than the documents", len(f))
	}

	next := a.sendFax(t, "+12125550202", 1, map[string]string{"number": from})
	await(t, "refusal", func() error {
		f := a.d.get(t, a.path+"/faxes/"+next.id())
		if f.str("status") != "queued" || f.str("reason") != "busy" || f["attempts"] != 1.0 {
			return fmt.Errorf("%v", f)
		}
		return nil
	})
	limits := b.d.get(t, b.path+"/fax_limits")
	if inbound := object(limits["inbound"].(map[string]any)); inbound["limit"] != 1.0 || inbound["used"] != 1.0 || inbound.str("next_free_at") == "" {
		t.Errorf("limits %v", limits)
	}
	if status := a.d.call(t, http.MethodDelete, a.path+"/faxes/"+next.id(), nil).status; status/100 != 2 {
		t.Errorf("calling it off: %d", status)
	}
	a.awaitFax(t, next.id(), "canceled")
}

// TestFaxKilled: a page that was confirmed is mailed though the daemon was killed before
// the fax was whole.
func TestFaxKilled(t *testing.T) {
	t.Parallel()
	mails := startRelay(t)
	a, b := newOffice(t, start(t, options{})), newOffice(t, start(t, options{config: mails.config()}))
	from := a.d.create(t, a.path+"/numbers", object{"number": "+12125550301", "outbound_enabled": true}).id()
	a.trunk(t, "To B", []string{b.d.SIP.UDP[0]}, nil)
	b.trunk(t, "From A", []string{a.d.SIP.UDP[0]}, nil)
	b.d.create(t, b.path+"/numbers", object{"number": "+12125550302", "fax_enabled": true, "fax_recipients": []string{"ann@example.com"}})
	sent := a.sendFax(t, "+12125550302", 5, map[string]string{"number": from})
	var confirmed float64
	await(t, "page", func() error {
		f := a.d.get(t, a.path+"/faxes/"+sent.id())
		if confirmed, _ = f["pages"].(float64); confirmed < 1 {
			return fmt.Errorf("%v", f)
		}
		return nil
	})
	b.d.kill()
	b.d = start(t, options{data: b.d.data, config: mails.config()})
	in := b.inboundFax(t)
	if pages, _ := in["pages"].(float64); in.str("status") != "partial" || in.str("reason") != "interrupted" || pages < confirmed {
		t.Errorf("of %.0f confirmed pages: %v", confirmed, in)
	}
	if l := mails.await("PARTIAL fax from +12125550301", 1); len(l[0].files) != 2 {
		t.Errorf("mail %+v", l)
	}
	if got := bars(t, b.document(t, in.id(), "tiff")); got[0] != 200 {
		t.Errorf("pages %v", got)
	}
}
