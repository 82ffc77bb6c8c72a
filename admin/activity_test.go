package admin

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"dialtone/store"
	"dialtone/store/record"
)

// auditSeqs are the numbers of the entries of a page.
func auditSeqs(list []map[string]any) (seqs []float64) {
	for _, e := range list {
		seqs = append(seqs, e["seq"].(float64))
	}
	return seqs
}

func (w *world) writeAudit(account record.ID, entries ...record.AuditEntry) {
	w.t.Helper()
	err := w.store.Update(w.t.Context(), func(tx *store.Tx) error {
		for _, e := range entries {
			if err := tx.Audit(account, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// activityWorld has an account whose log begins with four entries of different kinds.
func activityWorld(t *testing.T) (w *world, at string) {
	w = newWorld(t)
	account := w.newAccount("Busy")
	actor := record.Actor{Type: record.ActorAPIKey, ID: "key_1", Name: "Robot"}
	w.writeAudit(
		account,
		record.AuditEntry{Event: "user.create", Resource: "user_1", Actor: actor, Outcome: "success", IP: "192.0.2.1"},
		record.AuditEntry{Event: "user.read", Resource: "user_1", Actor: actor, Outcome: "denied", IP: "192.0.2.12"},
		record.AuditEntry{Event: "credential.reveal", Resource: "cred_1", Actor: record.Actor{Type: record.ActorPlatform}, Outcome: "success", IP: "2001:db8::1"},
		record.AuditEntry{Event: "provisioning.rotate", Resource: account, Actor: actor, Outcome: "failure", IP: "192.0.2.1"},
	)
	return w, "/v1/accounts/" + string(account)
}

func TestActivityFilters(t *testing.T) {
	w, at := activityWorld(t)
	first := w.get(at + "/audit_entries?event=account.create").want(http.StatusOK).data()
	before := len(first) // the account's own beginning stands in its log
	for _, c := range []struct {
		query string
		want  int
	}{
		{"event=user.create&event=user.read", 2},
		{"writes=false&ip=2.12", 1},
		{"writes=true&actor=rob", 2},
		{"resource=user", 2},
		{"resource=cred_", 1},
		{"actor=platform&event=credential.reveal", 1},
		{"outcome=denied", 1},
		{"ip=DB8", 1},
		{"ip=0.2.1&outcome=failure&writes=true", 1},
		{"to=2001-01-01T00:00:00Z", 0},
		{"from=2101-01-01T00:00:00Z", 0},
	} {
		if got := w.get(at + "/audit_entries?" + c.query).want(http.StatusOK).data(); len(got) != c.want {
			t.Errorf("%s: %d entries, want %d", c.query, len(got), c.want)
		}
	}
	for _, bad := range []string{"writes=maybe", "outcome=good", "from=yesterday", "evnt=user.read", "cursor=x", "limit=0"} {
		w.get(at + "/audit_entries?" + bad).want(http.StatusUnprocessableEntity)
	}
	page := w.get(at + "/audit_entries?resource=user&limit=1").want(http.StatusOK)
	seqs := auditSeqs(page.data())
	seqs = append(seqs, auditSeqs(w.get(at+"/audit_entries?resource=user&limit=1&cursor="+page.text("next")).want(http.StatusOK).data())...)
	if want := []float64{float64(before + 2), float64(before + 1)}; !slices.Equal(seqs, want) {
		t.Errorf("pages show %v, want %v", seqs, want)
	}
}

func TestActivityEvents(t *testing.T) {
	w, at := activityWorld(t)
	writes := map[string]bool{}
	for _, e := range w.get(at + "/audit_events").want(http.StatusOK).data() {
		writes[e["event"].(string)] = e["writes"].(bool)
	}
	for event, want := range map[string]bool{"user.create": true, "user.read": false, "credential.reveal": false, "provisioning.rotate": true} {
		if got, listed := writes[event]; got != want || !listed {
			t.Errorf("%s: listed %t, writes %t", event, listed, got)
		}
	}
}

func TestActivityExport(t *testing.T) {
	w, at := activityWorld(t)
	g := w.get(at + "/audit_entries/export?actor=robot&writes=true").want(http.StatusOK)
	if got := g.header.Get("Content-Type"); got != mediaLines {
		t.Errorf("content type %q", got)
	}
	var events []string
	for line := range strings.Lines(g.raw) {
		var e record.AuditEntry
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		events = append(events, e.Event)
	}
	if want := []string{"provisioning.rotate", "user.create"}; !slices.Equal(events, want) {
		t.Errorf("exported %q, want %q", events, want)
	}
	w.get(at + "/audit_entries/export?limit=3").want(http.StatusUnprocessableEntity)
	w.get(at + "/audit_entries/export?outcome=good").want(http.StatusUnprocessableEntity)
}

func TestActivityVerify(t *testing.T) {
	w, at := activityWorld(t)
	for _, path := range []string{at + "/audit_entries/verify", "/v1/audit_entries/verify"} {
		g := w.post(path, nil).want(http.StatusOK)
		if g.json()["intact"] != true || g.json()["broken_at"] != nil || g.json()["entries"] != g.json()["last_seq"] {
			t.Errorf("%s: %s", path, g.raw)
		}
	}
}
