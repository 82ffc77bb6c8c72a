package test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"dialtone/test/peer"
)

// wideConfig listens on every address, as an installation does.
const wideConfig = `
provision: {listen: "0.0.0.0:0"}
admin: {listen: "127.0.0.1:0"}
sip: {udp: ["0.0.0.0:0"], tcp: ["0.0.0.0:0"]}
drain: 5s
`

var (
	printedURL  = regexp.MustCompile(`(http://\S+/p/[A-Za-z0-9]+/)`)
	printedMAC  = regexp.MustCompile(`Yealink (T\w+) ([0-9a-f:]{17})`)
	printedUser = regexp.MustCompile(`user (\d+)  password (\w+)  domain (\S+)`)
	printedCurl = regexp.MustCompile(`curl [^\n\\]*(\\\n[^\n]*)?`)
	printedAt   = regexp.MustCompile(`server ([0-9.]+:\d+), UDP`)
)

// TestDemo follows what --demo prints: open the API, boot both phones, register them
// and a softphone.
func TestDemo(t *testing.T) {
	t.Parallel()
	d := start(t, options{config: wideConfig, args: []string{"--demo"}})
	printed := ""
	await(t, "all is printed", func() error {
		if printed = d.out.String(); !strings.Contains(printed, "the two call each other") {
			return fmt.Errorf("printed: %s", printed)
		}
		return nil
	})
	for _, want := range []string{"http://" + d.Admin, filepath.Join(d.data, "platform.key")} {
		if !strings.Contains(printed, want) {
			t.Errorf("no %q in what is printed:\n%s", want, printed)
		}
	}
	if accounts := d.all(t, "/v1/accounts"); len(accounts) != 1 || accounts[0].str("name") != "Demo" {
		t.Fatalf("accounts: %v", accounts)
	}
	if info, err := os.Stat(filepath.Join(d.data, "platform.key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("platform.key: %v, %v", info, err)
	}

	url, macs, users := printedURL.FindString(printed), printedMAC.FindAllStringSubmatch(printed, -1), printedUser.FindAllStringSubmatch(printed, -1)
	server := printedAt.FindStringSubmatch(printed)
	if url == "" || len(macs) != 2 || len(users) != 2 || server == nil {
		t.Fatalf("printed:\n%s", printed)
	}
	for i, m := range macs {
		p := &deskPhone{model: m[1], mac: m[2], agent: "Yealink SIP-" + m[1] + " 108.86.0.75 " + m[2]}
		s := config(t, url, p)
		account := s.account(t)
		if account.User != users[i][1] || account.Password != users[i][2] || account.Domain != users[i][3] || account.Proxy != server[1] {
			t.Errorf("%s is told %+v, printed is %v at %s", p.model, account, users[i], server[1])
		}
		if phone := peer.StartPhone(t, account); phone.Register(t, 60).Status() != 200 {
			t.Errorf("%s does not register", p.model)
		}
		if s["linekey.2.type"] == "" || s["linekey.2.label"] == "" {
			t.Errorf("%s has no second key: %v", p.model, s["linekey.2.type"])
		}
	}
	soft := peer.Account{User: users[0][1], Password: users[0][2], Domain: users[0][3], Proxy: server[1]}
	if phone := peer.StartPhone(t, soft); phone.Register(t, 60).Status() != 200 {
		t.Error("a softphone does not register")
	}
	account := d.all(t, "/v1/accounts")[0].id()
	await(t, "three registrations", func() error {
		if list := d.all(t, "/v1/accounts/"+account+"/registrations"); len(list) != 3 {
			return fmt.Errorf("registrations: %v", list)
		}
		return nil
	})
	for _, e := range d.all(t, "/v1/accounts/"+account+"/devices") {
		for _, key := range d.all(t, "/v1/accounts/"+account+"/devices/"+e.id()+"/buttons") {
			if key.str("verdict") != "ok" {
				t.Errorf("key of %s: %v", e.str("model"), key)
			}
		}
	}

	followPrinted(t, d, account)

	// A second start prints the same account.
	d.stop()
	again := start(t, options{data: d.data, config: wideConfig, args: []string{"--demo"}})
	if got := again.out.String(); printedURL.FindStringSubmatch(got) == nil || fmt.Sprint(printedUser.FindAllString(got, -1)) != fmt.Sprint(printedUser.FindAllString(printed, -1)) {
		t.Errorf("printed at the second start:\n%s", got)
	}
	if n := len(again.all(t, "/v1/accounts")); n != 1 {
		t.Errorf("%d accounts after the second start", n)
	}
}

// followPrinted runs the commands that were printed.
func followPrinted(t *testing.T, d *daemon, account string) {
	t.Helper()
	const mac = "80:5e:c0:00:20:01"
	commands := printedCurl.FindAllString(d.out.String(), -1)
	if len(commands) != 2 {
		t.Fatalf("printed commands: %q", commands)
	}
	for _, c := range commands {
		out, err := exec.CommandContext(t.Context(), "bash", "-c", strings.Replace(c, "<MAC>", mac, 1)).Output()
		if err != nil || !strings.Contains(string(out), `"model":"T46U"`) {
			t.Errorf("%s\n%v\n%s", c, err, out)
		}
	}
	if list := d.get(t, "/v1/accounts/"+account+"/devices?mac="+mac).list("data"); len(list) != 1 {
		t.Errorf("the phone's own MAC is not set: %v", list)
	}
}

// TestNoDemo: a store that is in use gets no demo account.
func TestNoDemo(t *testing.T) {
	t.Parallel()
	d := start(t, options{})
	newOffice(t, d)
	d.stop()
	again := start(t, options{data: d.data, args: []string{"--demo"}})
	if n := len(again.all(t, "/v1/accounts")); n != 1 || strings.Contains(again.out.String(), "password") {
		t.Errorf("%d accounts, printed:\n%s", n, again.out)
	}
	again.want(t, http.StatusOK, http.MethodGet, "/v1/accounts", nil)
}
