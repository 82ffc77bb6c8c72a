package test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// postfixMain is the configuration of a Postfix that puts whatever is for example.com into
// one folder.
const postfixMain = `compatibility_level = 3.6
queue_directory = %[1]s/queue
data_directory = %[1]s/data
maillog_file_prefixes = %[1]s
maillog_file = %[1]s/log
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.example
mydestination =
mynetworks = 127.0.0.0/8
virtual_mailbox_domains = example.com
virtual_mailbox_base = %[1]s/mail
virtual_mailbox_maps = static:inbox/
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
`

const postfixMaster = `127.0.0.1:%s inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
virtual unix - n n - - virtual
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
`

// postfix is a running Postfix (Debian package postfix).
type postfix struct {
	t         *testing.T
	dir, port string
}

// startPostfix runs Postfix on a free port until the test ends. It wants root, for it gives
// its processes to users of their own.
func startPostfix(t *testing.T) *postfix {
	t.Helper()
	path, err := exec.LookPath("postfix")
	if err != nil {
		path = "/usr/sbin/postfix"
		if _, err := os.Stat(path); err != nil {
			t.Fatalf("postfix is not installed (Debian package postfix): %v", err)
		}
	}
	if os.Getuid() != 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("cannot run Postfix: it wants root")
		}
		t.Skip("cannot run Postfix (root only)")
	}
	p := &postfix{t: t, dir: t.TempDir(), port: strconv.Itoa(freeTCPPort(t))}
	if err := os.Chmod(filepath.Dir(p.dir), 0o711); err != nil { // its processes are not all root's
		t.Fatal(err)
	}
	for name, owner := range map[string]string{"conf": "root", "queue": "root", "data": "postfix", "mail": "nobody"} {
		dir := filepath.Join(p.dir, name)
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		chown(t, dir, owner)
	}
	for name, text := range map[string]string{"main.cf": fmt.Sprintf(postfixMain, p.dir), "master.cf": fmt.Sprintf(postfixMaster, p.port)} {
		if err := os.WriteFile(filepath.Join(p.dir, "conf", name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p.control(path, "start")
	t.Cleanup(func() {
		p.control(path, "stop")
		if t.Failed() {
			log, _ := os.ReadFile(filepath.Join(p.dir, "log"))
			t.Logf("postfix:\n%s", log)
		}
	})
	await(t, "Postfix", func() error {
		c, err := net.Dial("tcp", "127.0.0.1:"+p.port)
		if err == nil {
			_ = c.Close()
		}
		return err
	})
	return p
}

// control starts or stops it.
func (p *postfix) control(path, command string) {
	p.t.Helper()
	if out, err := exec.Command(path, "-c", filepath.Join(p.dir, "conf"), command).CombinedOutput(); err != nil {
		p.t.Errorf("postfix %s: %v\n%s", command, err, out)
	}
}

func chown(t *testing.T, file, owner string) {
	t.Helper()
	u, err := user.Lookup(owner)
	if err != nil {
		t.Fatal(err)
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	if err := os.Chown(file, uid, gid); err != nil {
		t.Fatal(err)
	}
}

func freeTCPPort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// config is that of a daemon that mails through it.
func (p *postfix) config(base string) string {
	return base + fmt.Sprintf("mail: {from: \"Phones <phones@example.com>\", relays: [{host: 127.0.0.1, port: %s, tls: opportunistic}]}\n", p.port)
}

// delivered are the mails to a recipient whose subject begins so.
func (p *postfix) delivered(to, subject string) (list []letter) {
	p.t.Helper()
	files, err := filepath.Glob(filepath.Join(p.dir, "mail", "inbox", "new", "*"))
	if err != nil {
		p.t.Fatal(err)
	}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			p.t.Fatal(err)
		}
		l, err := readLetter(f)
		_ = f.Close()
		if err != nil {
			p.t.Fatal(err)
		}
		if l.to = l.header.Get("X-Original-To"); l.to == to && strings.HasPrefix(l.subject, subject) {
			list = append(list, l)
		}
	}
	return list
}

// await waits for a mail and gives the first.
func (p *postfix) await(to, subject string) (l letter) {
	p.t.Helper()
	await(p.t, "mail to "+to, func() error {
		list := p.delivered(to, subject)
		if len(list) == 0 {
			return fmt.Errorf("no mail %q", subject)
		}
		l = list[0]
		return nil
	})
	return l
}
