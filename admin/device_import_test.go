package admin

import (
	"net/http"
	"strings"
	"testing"

	"dialtone/store/record"
)

func (w *world) table(body, query string) *got {
	w.t.Helper()
	return w.send(w.root, http.MethodPost, w.at("/devices/import"+query), body)
}

// verdicts are those of the rows, in their order.
func (g *got) verdicts() (list []string) {
	g.t.Helper()
	for _, row := range g.want(http.StatusOK).json()["rows"].([]any) {
		list = append(list, row.(map[string]any)["verdict"].(string))
	}
	return list
}

func wantVerdicts(t *testing.T, g *got, want string) {
	t.Helper()
	if got := strings.Join(g.verdicts(), " "); got != want {
		t.Errorf("verdicts %q, want %q: %s", got, want, g.raw)
	}
}

func TestDeviceTable(t *testing.T) {
	w := newWorld(t)
	w.newOffice()
	table := w.get(w.at("/devices/export")).want(http.StatusOK).raw
	if !strings.Contains(table, "80:5e:c0:01:02:03") || !strings.Contains(table, "alice,sip.example.com,") {
		t.Fatalf("table is\n%s", table)
	}
	wantVerdicts(t, w.table(table, ""), "unchanged")
	w.post(w.at("/locations"), fieldsOf{"name": "Lager", "address": address()}).want(http.StatusCreated)
	more := "\xef\xbb\xbfmac;name;model;location;enabled;base;slot;ipei;type\r\n" +
		"805EC0010203;Empfang;T46U;lager;TRUE;;;;\r\n" +
		"805ec0aabb01;'=Handset;;;;80-5e-c0-aa-bb-00;1;0123456789012;dect_handset\r\n" +
		"805ec0aabb00;Base;W70B;Lager;;;;;\r\n"
	more = strings.Replace(more, "805ec0aabb01;'=Handset", ";'=Handset", 1)
	wantVerdicts(t, w.table(more, "?dry_run=true"), "update create create")
	if list := w.get(w.at("/devices")).data(); len(list) != 1 {
		t.Errorf("a dry run left %d devices", len(list))
	}
	done := w.table(more, "")
	wantVerdicts(t, done, "update create create")
	if done.json()["applied"] != true || done.json()["created"] != 2.0 {
		t.Errorf("answer %s", done.raw)
	}
	again := w.get(w.at("/devices/export")).want(http.StatusOK).raw
	if !strings.Contains(again, "Empfang") || !strings.Contains(again, "'=Handset") {
		t.Errorf("table is\n%s", again)
	}
	wantVerdicts(t, w.table(again, ""), "unchanged unchanged unchanged")
	if e := w.entries(w.account, "device.create", 3)[0]; e.Outcome != record.OutcomeSuccess || e.Detail != "by a table" {
		t.Errorf("entry %+v", e)
	}
}

func TestDeviceTableRefuses(t *testing.T) {
	w := newWorld(t)
	w.newOffice()
	for name, c := range map[string]struct{ table, want string }{
		"nothing":         {"", "at least one row"},
		"header alone":    {"mac\n", "at least one row"},
		"unknown column":  {"mac,colour\n805ec0000001,red\n", "colour"},
		"column twice":    {"mac,mac\n805ec0000001,805ec0000001\n", "there twice"},
		"nothing to find": {"name\nx\n", "mac or ipei"},
		"quotes":          {"mac,name\n\"805ec0000001,x\n", "not CSV"},
		"too long":        {"mac\n" + strings.Repeat("805ec0000001\n", maxDeviceRows+1), "at most 1000"},
		"one wrong row":   {"mac,name,location\n805ec0000001,Good,\nxyz,Bad,\n805ec0000002,Worse,Nowhere\n", "2 of 3 rows"},
		"another's login": {"mac,line1_username,line1_domain\n805ec0000001,eve,sip.example.com\n", "eve@sip.example.com"},
	} {
		got := w.table(c.table, "")
		if got.want(http.StatusUnprocessableEntity); !strings.Contains(got.raw, c.want) {
			t.Errorf("%s: %s", name, got.raw)
		}
	}
	dry := w.table("mac,name,location\n805ec0000003,Good,\nxyz,Bad,\n", "?dry_run=true")
	wantVerdicts(t, dry, "create error")
	if raw := w.get(w.at("/devices")).want(http.StatusOK).raw; strings.Contains(raw, "80:5e:c0:00:00:03") || strings.Contains(raw, "Good") {
		t.Errorf("devices %s", raw)
	}
}

func FuzzDeviceTable(f *testing.F) {
	f.Add([]byte("mac,name,line1_username\n805ec0000001,x,y\n"))
	f.Add([]byte("\xef\xbb\xbfmac;slot\n;9\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		table, rows, err := openTable(body, &names{ids: map[string]record.ID{}})
		if err != nil {
			return
		}
		for _, row := range rows {
			_, _ = table.document(row, true)
		}
	})
}
