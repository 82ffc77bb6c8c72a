package store

import (
	"errors"
	"maps"
	"testing"

	"dialtone/store/kv"
)

func bindingsOf(t *testing.T, b *Bindings) map[string]string {
	t.Helper()
	got := map[string]string{}
	err := b.Load(func(key, value []byte) error {
		if value == nil {
			delete(got, string(key))
		} else {
			got[string(key)] = string(value)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestBindings(t *testing.T) {
	dir := t.TempDir()
	s := openWith(t, Config{Dir: dir})
	commit := func(ops ...BindingOp) {
		t.Helper()
		if err := s.Bindings().Commit(ops); err != nil {
			t.Fatal(err)
		}
	}
	commit(BindingOp{[]byte("ann@x"), []byte("1")}, BindingOp{[]byte("!bob@x"), []byte("2")}, BindingOp{[]byte("eve@x"), []byte{}})
	commit(BindingOp{Key: []byte("!bob@x")}, BindingOp{[]byte("ann@x"), []byte("3")}, BindingOp{[]byte("ann@x"), []byte("4")})
	closeStore(t, s)
	s = open(t, dir)
	if got, want := bindingsOf(t, s.Bindings()), map[string]string{"ann@x": "4", "eve@x": ""}; !maps.Equal(got, want) {
		t.Errorf("bindings %q, want %q", got, want)
	}
	boom := errors.New("boom")
	if err := s.Bindings().Load(func(_, _ []byte) error { return boom }); !errors.Is(err, boom) {
		t.Errorf("error %v, want %v", err, boom)
	}
	err := s.Bindings().Commit([]BindingOp{{[]byte("new@x"), []byte("1")}, {[]byte("big@x"), make([]byte, kv.MaxValue+1)}})
	if !errors.Is(err, kv.ErrTooBig) {
		t.Errorf("error %v, want %v", err, kv.ErrTooBig)
	}
	if got := bindingsOf(t, s.Bindings()); len(got) != 2 {
		t.Errorf("bindings after a failed batch %q", got)
	}
}
