package registrar

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestListAndRemove(t *testing.T) {
	log := newMemoryLog()
	r, _ := serve(t, Config{Log: log})
	for i, aor := range []string{"c@x", "a@x", "b@y", "d@y"} {
		p := newPhone(aor)
		req := p.request(Absent, "sip:"+aor)
		req.Credential = fmt.Sprint("cred_", i/2)
		if aor == "d@y" {
			req.Account = "acc_2"
		}
		update(t, r, req, noon)
	}
	uris := func(list []Binding) []string { return contacts(list) }
	if diff := cmp.Diff([]string{"sip:a@x", "sip:b@y", "sip:c@x"}, uris(r.ByAccount("acc_1", noon))); diff != "" {
		t.Fatal(diff)
	}
	if diff := cmp.Diff([]string{"sip:a@x", "sip:c@x"}, uris(r.ByCredential("acc_1", "cred_0", noon))); diff != "" {
		t.Fatal(diff)
	}
	n, err := r.Remove(t.Context(), "acc_1", noon, func(b *Binding) bool { return b.Credential == "cred_0" })
	if n != 2 || err != nil {
		t.Fatal(n, err)
	}
	if n, err = r.RemoveAOR(t.Context(), "b@y", noon); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if n, err = r.RemoveAOR(t.Context(), "b@y", noon); n != 0 || err != nil {
		t.Fatal(n, err)
	}
	if got := r.ByAccount("acc_1", noon); len(got) != 0 {
		t.Fatalf("%v", got)
	}
	if n := len(log.snapshot()); n != 1 {
		t.Fatalf("%d on disk", n)
	}
	if n, err = r.Remove(t.Context(), "acc_2", noon, nil); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if n := len(r.accounts.byID); n != 0 {
		t.Fatalf("%d accounts are still indexed", n)
	}
}

// An AOR that another credential registers belongs to that credential.
func TestAORChangesHands(t *testing.T) {
	r, _ := serve(t, Config{})
	p := newPhone("alice@pbx.example")
	update(t, r, p.request(Absent, sipA), noon)
	req := p.request(Absent, sipA)
	req.Account, req.Credential = "acc_2", "cred_new"
	update(t, r, req, noon)
	if got := r.ByAccount("acc_1", noon); len(got) != 0 {
		t.Fatalf("%v", got)
	}
	got := r.ByCredential("acc_2", "cred_new", noon)
	if len(got) != 1 || got[0].AOR != p.aor {
		t.Fatalf("%v", got)
	}
}

// Everything at once, for the race detector; nothing may be left behind.
func TestConcurrentUse(t *testing.T) {
	log := newMemoryLog()
	r, stop := serve(t, Config{Log: log})
	sub := r.Subscribe(10)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			p := newPhone(fmt.Sprintf("user%d@pbx.example", i/2)) // two phones an AOR
			p.callID = fmt.Sprint("call", i)
			for n := range 50 {
				p.connection = uint64(i*1000 + n + 1)
				if _, err := r.Update(t.Context(), p.request(Absent, fmt.Sprint("sip:phone", i)), noon); err != nil {
					t.Error(err)
				}
				r.Lookup(nil, []byte(p.aor), noon)
				r.ByAccount("acc_1", noon)
				if n%5 == 0 {
					r.ConnectionClosed(p.connection, noon)
				}
				sub.Lost()
			}
		})
	}
	wg.Wait()
	if _, err := r.Remove(t.Context(), "acc_1", noon, nil); err != nil {
		t.Fatal(err)
	}
	stop()
	if len(log.snapshot()) != 0 || len(r.connections.aors) != 0 || len(r.accounts.byID) != 0 {
		t.Fatalf("left: %d on disk, %d connections, %d accounts", len(log.snapshot()), len(r.connections.aors), len(r.accounts.byID))
	}
}

func TestEveryCauseHasAdvice(t *testing.T) {
	if n := len(Causes()); n != 14 {
		t.Errorf("%d causes", n)
	}
	for _, c := range Causes() {
		if c.Advice() == "" {
			t.Errorf("no advice for %s", c)
		}
	}
	if Cause("other").Advice() != "" {
		t.Error("advice for a cause that does not exist")
	}
}
