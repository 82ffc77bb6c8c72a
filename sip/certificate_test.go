package sip

import (
	"testing"

	"dialtone/store"
	"dialtone/store/record"
)

func TestVouched(t *testing.T) {
	u := &store.SIPUser{Credential: record.NewCredential(), Domain: record.NewDomain()}
	u.Credential.Username, u.Domain.Domain = "alice", "pbx.example"
	for _, tt := range []struct {
		name  string
		names []string
		want  bool
	}{
		{"no certificate", nil, true},
		{"the user name", []string{"Alice"}, true},
		{"the address", []string{"phone 7", "alice@pbx.example"}, true},
		{"another user", []string{"bob"}, false},
		{"another domain", []string{"alice@other.example"}, false},
		{"no name", []string{""}, false},
	} {
		if got := vouched(tt.names, u); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}
