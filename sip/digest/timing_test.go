package digest

import "testing"

// request is a REGISTER's worth of material: a nonce, credentials made with it
// and the user's hash.
type request struct {
	nonces *Nonces
	value  []byte
	want   Expected
	ha1    []byte
}

func newRequest(tb testing.TB, a Algorithm) *request {
	n := NewNonces(NonceConfig{Key: [32]byte{7}})
	c := Challenged{Realm: "pbx.example", Nonce: string(n.Append(nil, "pbx.example", noon)), Algorithm: a, QOP: Auth}
	value, err := Respond(c, Answer{"alice", "correct horse", "REGISTER", "sip:pbx.example", "0a4f113b", 1})
	if err != nil {
		tb.Fatal(err)
	}
	return &request{
		n, value,
		Expected{"REGISTER", []byte("sip:pbx.example"), "pbx.example", AlgorithmsOf(MD5, SHA256), false},
		HA1("alice", "pbx.example", "correct horse", a),
	}
}

// check runs the four steps of the package comment.
func (r *request) check(v *Verifier, ha1 []byte) (Freshness, error) {
	c, err := ParseCredentials(r.value)
	if err != nil {
		return Forged, err
	}
	if f := r.nonces.Verify(c.Nonce, r.want.Realm, noon); f != Fresh {
		return f, nil
	}
	if err := v.Verify(&c, r.want, ha1); err != nil {
		return Forged, err
	}
	return r.nonces.Use(c.Nonce, c.Count, noon), nil
}

func TestCheckAllocatesNothing(t *testing.T) {
	skipUnderRace(t)
	for _, a := range []Algorithm{MD5, SHA256} {
		t.Run(a.String(), func(t *testing.T) {
			r := newRequest(t, a)
			var v Verifier
			if f, err := r.check(&v, r.ha1); err != nil || f != Fresh {
				t.Fatal(err, f)
			}
			if n := testing.AllocsPerRun(200, func() { r.check(&v, r.ha1) }); n != 0 {
				t.Errorf("known user: %v allocations", n)
			}
			if n := testing.AllocsPerRun(200, func() { r.check(&v, nil) }); n != 0 {
				t.Errorf("unknown user: %v allocations", n)
			}
		})
	}
}

func TestChallengeAllocatesNothing(t *testing.T) {
	skipUnderRace(t)
	n := NewNonces(NonceConfig{})
	buf := make([]byte, 0, 1024)
	nonce := make([]byte, 0, NonceLen)
	if got := testing.AllocsPerRun(200, func() {
		nonce = n.Append(nonce[:0], "pbx.example", noon)
		buf = AppendChallenges(buf[:0], "WWW-Authenticate", &Challenge{Realm: "pbx.example", Nonce: nonce, Algorithms: AlgorithmsOf(MD5, SHA256)})
	}); got != 0 {
		t.Errorf("%v allocations", got)
	}
}

func BenchmarkCheck(b *testing.B) {
	for _, a := range []Algorithm{MD5, SHA256} {
		b.Run(a.String(), func(b *testing.B) {
			r := newRequest(b, a)
			var v Verifier
			b.ReportAllocs()
			for b.Loop() {
				r.check(&v, r.ha1)
			}
		})
	}
}

func BenchmarkAppendNonce(b *testing.B) {
	n := NewNonces(NonceConfig{})
	buf := make([]byte, 0, NonceLen)
	b.ReportAllocs()
	for b.Loop() {
		buf = n.Append(buf[:0], "pbx.example", noon)
	}
}
