package configs

import (
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var equal = cmp.Options{cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{}), cmpopts.EquateEmpty()}

func defaults(t testing.TB) *Config {
	t.Helper()
	c, err := Parse("", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDefaults(t *testing.T) {
	want := &Config{
		DataDir:   "./data",
		Log:       Log{Format: FormatText},
		Provision: Web{Listen: "0.0.0.0:8080"},
		Admin:     Web{Listen: "127.0.0.1:8081"},
		SIP: SIP{
			UDP: []string{"0.0.0.0:5060"}, TCP: []string{"0.0.0.0:5060"},
			MinExpires: 60, MaxExpires: 3600,
		},
		Media: Media{Address: netip.IPv4Unspecified(), Ports: PortRange{20000, 29999}},
		Mail: Mail{
			From:   "dialtone@example.com",
			Relays: []Relay{{Host: "127.0.0.1", Port: 25, TLS: RelayOpportunistic}},
		},
		Retention: Retention{
			Audit: 365 * day, ProvisioningEvents: 90 * day, ProvisioningEventsPerDevice: 1000,
			RegistrationFailuresPerUser: 20, CallRecords: 365 * day, Recordings: 90 * day, Faxes: 90 * day,
			EmergencyCalls: 730 * day, PhoneUploadsPerKind: 3, PhoneUploadBytes: 1 << 20,
		},
		Drain: 30 * time.Second,
	}
	for name, text := range map[string]string{
		"no file":         "",
		"blank":           " \n\n",
		"comments":        "# nothing\n",
		"document marker": "---\n",
		"keys no values":  "sip:\nadmin: {listen: , tls: }\nretention: {}\n",
		"the file itself": string(defaultFile),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Parse("x.yaml", []byte(text), []string{"HOME=/root", "DIALTONE=1"})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, equal); diff != "" {
				t.Error(diff)
			}
		})
	}
}

const day = 24 * time.Hour

func TestParse(t *testing.T) {
	for _, tc := range []struct {
		name string
		text string
		env  []string
		want func(*Config)
	}{
		{
			name: "one key leaves the rest of its section",
			text: "sip:\n  min_expires: 30\n",
			want: func(c *Config) { c.SIP.MinExpires = 30 },
		},
		{
			name: "flow style",
			text: `{sip: {udp: ["127.0.0.1:0"], tcp: [], allow: [192.0.2.1, "2001:db8::/32"]}, media: {ports: 0, address: "::1"}}`,
			want: func(c *Config) {
				c.SIP.UDP, c.SIP.TCP = []string{"127.0.0.1:0"}, nil
				c.SIP.Allow = []netip.Prefix{netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("2001:db8::/32")}
				c.Media = Media{Address: netip.IPv6Loopback()}
			},
		},
		{
			name: "a relay's missing keys are those of the default entry",
			text: "mail:\n  relays:\n    - host: a.example\n    - {host: b.example, port: 465, tls: implicit, username: 0123, password_file: pw}\n",
			want: func(c *Config) {
				c.Mail.Relays = []Relay{
					{Host: "a.example", Port: 25, TLS: RelayOpportunistic},
					{Host: "b.example", Port: 465, TLS: RelayImplicit, Username: "0123", PasswordFile: "pw"},
				}
			},
		},
		{
			name: "certificate files",
			text: "provision: {tls: {cert: a.pem, key: a.key}, public_url: 'https://phones.example/x/'}\nadmin: {tls: {cert: b.pem, key: b.key}}\n",
			want: func(c *Config) {
				c.Provision.TLS.CertFile, c.Provision.PublicURL = CertFile{"a.pem", "a.key"}, "https://phones.example/x"
				c.Admin.TLS.CertFile = CertFile{"b.pem", "b.key"}
			},
		},
		{
			name: "certificates from an authority, and of phones",
			text: "provision: {tls: {acme: {domains: [a.example], http: ':80'}, client_ca: ca.pem, old_phones: true}}\nadmin: {tls: {acme: {domains: [b.example], email: a@b.example}}}\n",
			want: func(c *Config) {
				c.Provision.TLS = TLS{ACME: ACME{Domains: []string{"a.example"}, HTTP: ":80"}, ClientCA: "ca.pem", OldPhones: true}
				c.Admin.TLS.ACME = ACME{Domains: []string{"b.example"}, Email: "a@b.example"}
			},
		},
		{
			name: "SIP over TLS with the certificate of an authority",
			text: "provision: {tls: {acme: {domains: [a.example]}}}\nsip: {tls: [':5061']}\n",
			want: func(c *Config) {
				c.Provision.TLS.ACME.Domains, c.SIP.TLS = []string{"a.example"}, []string{":5061"}
			},
		},
		{
			name: "SIP over TLS and secure WebSocket",
			text: "sip: {tls: [':5061'], wss: [':7443'], tls_cert: {cert: 'a.pem,b.pem', key: 'a.key,b.key', client_ca: ca.pem}}\n",
			want: func(c *Config) {
				c.SIP.TLS, c.SIP.WSS, c.SIP.TLSCert = []string{":5061"}, []string{":7443"}, SIPCert{CertFile{"a.pem,b.pem", "a.key,b.key"}, "ca.pem"}
			},
		},
		{
			name: "durations and levels",
			text: "log: {level: warn, format: json}\nretention: {audit: 1d12h, faxes: 2h}\ndrain: 0s\n",
			want: func(c *Config) {
				c.Log = Log{Level: 4, Format: FormatJSON}
				c.Retention.Audit, c.Retention.Faxes, c.Drain = 36*time.Hour, 2*time.Hour, 0
			},
		},
		{
			name: "variables go over the file",
			text: "sip: {udp: ['127.0.0.1:1'], min_expires: 10, advertised: a.example}\n",
			env: []string{
				`DIALTONE_SIP_UDP=["127.0.0.1:0", "[::1]:0"]`, "DIALTONE_SIP_MIN_EXPIRES=20", "DIALTONE_SIP_ADVERTISED=",
				"DIALTONE_DATA_DIR=/var/lib/dial # tone", "DIALTONE_LOG_LEVEL=debug", "DIALTONE_RETENTION_CALL_RECORDS=1d",
			},
			want: func(c *Config) {
				c.SIP.UDP, c.SIP.MinExpires = []string{"127.0.0.1:0", "[::1]:0"}, 20
				c.DataDir, c.Log.Level, c.Retention.CallRecords = "/var/lib/dial # tone", -4, day
			},
		},
		{
			name: "a section's variable, then its key's",
			env:  []string{"DIALTONE_MEDIA_PORTS=0", "DIALTONE_MEDIA={ports: 1000-2000, advertised: 192.0.2.7}", "DIALTONE_MAIL_RELAYS=[{host: r.example}]"},
			want: func(c *Config) {
				c.Media.Advertised, c.Media.Ports = "192.0.2.7", PortRange{}
				c.Mail.Relays[0].Host = "r.example"
			},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			want := defaults(t)
			tc.want(want)
			got, err := Parse("x.yaml", []byte(tc.text), tc.env)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, equal); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestProblems(t *testing.T) {
	for _, tc := range []struct {
		name string
		text string
		env  []string
		want string // a line for each problem
	}{
		{name: "unknown key", text: "log:\n  level: info\n  colour: red\n", want: "x.yaml:3: log.colour: unknown key"},
		{name: "unknown section", text: "voip: {}\n", want: "x.yaml:1: voip: unknown key"},
		{name: "unknown key in a list", text: "mail:\n  relays:\n    - host: a.example\n      prot: 25\n", want: "x.yaml:4: mail.relays[0].prot: unknown key"},
		{name: "unknown variable", env: []string{"DIALTONE_SIP_UPD=[]"}, want: "DIALTONE_SIP_UPD: unknown variable: no key has this name"},
		{name: "number", text: "sip:\n  min_expires: soon\n", want: `x.yaml:2: sip.min_expires: "soon" is not a whole number`},
		{name: "number, variable", env: []string{"DIALTONE_SIP_MIN_EXPIRES="}, want: `DIALTONE_SIP_MIN_EXPIRES: sip.min_expires: "" is not a whole number`},
		{name: "list for a value", text: "data_dir: [a]\n", want: "x.yaml:1: data_dir: takes a single value"},
		{name: "value for a list", text: "sip:\n  udp: 0.0.0.0:5060\n", want: "x.yaml:2: sip.udp: takes a list, such as [a, b]"},
		{name: "value for a section", text: "sip: 5060\n", want: "x.yaml:1: sip: takes a section of keys"},
		{name: "value for the file", text: "hello\n", want: "x.yaml:1: takes a section of keys"},
		{name: "empty list entry", text: "sip:\n  udp:\n    -\n", want: "x.yaml:3: sip.udp[0]: is empty"},
		{name: "empty list variable", env: []string{"DIALTONE_SIP_UDP="}, want: "DIALTONE_SIP_UDP: sip.udp: is empty; an empty list is written []"},
		{name: "list variable", env: []string{"DIALTONE_SIP_UDP=0.0.0.0:5060"}, want: "DIALTONE_SIP_UDP: sip.udp: takes a list, such as [a, b]"},
		{name: "duplicate key", text: "drain: 1s\ndrain: 2s\n", want: `x.yaml:2: mapping key "drain" already defined at [1:1]`},
		{name: "second document", text: "drain: 1s\n---\ndrain: 2s\n", want: "x.yaml:3: holds a second document"},
		{name: "alias", text: "provision: &a {listen: ':0'}\nadmin: *a\n", want: "x.yaml:1: provision: takes a section of keys\nx.yaml:2: admin: takes a section of keys"},
		{name: "level", text: "log: {level: loud}\n", want: `x.yaml:1: log.level: "loud" is none of debug, info, warn, error`},
		{name: "format", text: "log: {format: xml}\n", want: `x.yaml:1: log.format: "xml" is none of text, json`},
		{name: "data folder", text: `data_dir: ""`, want: "x.yaml:1: data_dir: must not be empty"},
		{name: "no port", text: "provision: {listen: 127.0.0.1}\n", want: `x.yaml:1: provision.listen: "127.0.0.1" is not an address and port such as 0.0.0.0:5060`},
		{name: "empty listen", text: "provision: {listen: ''}\n", want: `x.yaml:1: provision.listen: "" is not an address and port such as 0.0.0.0:5060`},
		{name: "port 65536", text: "admin:\n  listen: :65536\n", want: `x.yaml:2: admin.listen: ":65536": the port must be 0 to 65535`},
		{name: "named port", text: "sip: {udp: ['0.0.0.0:sip']}\n", want: `x.yaml:1: sip.udp[0]: "0.0.0.0:sip": the port must be 0 to 65535`},
		{name: "address taken", text: "sip:\n  tcp: ['0.0.0.0:8080']\n", want: `x.yaml:2: sip.tcp[0]: "0.0.0.0:8080" is already taken by provision.listen`},
		{name: "address twice", text: "sip:\n  udp: ['0.0.0.0:1', '0.0.0.0:1', '0.0.0.0:0', '0.0.0.0:0']\n", want: `x.yaml:2: sip.udp[1]: "0.0.0.0:1" is already taken by sip.udp[0]`},
		{name: "relative URL", text: "provision: {public_url: phones.example/p}\n", want: `x.yaml:1: provision.public_url: "phones.example/p" is not an absolute http:// or https:// URL`},
		{name: "ftp URL", text: "admin: {public_url: 'ftp://a.example'}\n", want: `x.yaml:1: admin.public_url: "ftp://a.example" is not an absolute http:// or https:// URL`},
		{name: "URL with a query", text: "admin: {public_url: 'http://a.example/?x=1'}\n", want: `x.yaml:1: admin.public_url: "http://a.example/?x=1" must not have a user, a query or a fragment`},
		{name: "cert without key", text: "admin:\n  tls:\n    cert: a.pem\n", want: "x.yaml:2: admin.tls.key: must be set together with cert"},
		{name: "key without cert", text: "provision: {tls: {key: a.key}}\n", want: "x.yaml:1: provision.tls.cert: must be set together with key"},
		{name: "sip.tls without a certificate", text: "sip:\n  tls: ['0.0.0.0:5061']\n", want: "x.yaml:1: sip.tls_cert.cert: must be set for sip.tls and sip.wss, unless provision.tls.acme or admin.tls.acme is"},
		{name: "sip client_ca without TLS", text: "sip: {tls_cert: {client_ca: ca.pem}}\n", want: "x.yaml:1: sip.tls_cert.client_ca: needs sip.tls or sip.wss"},
		{name: "sip.wss without a certificate", env: []string{`DIALTONE_SIP_WSS=[":443"]`}, want: "sip.tls_cert.cert: must be set for sip.tls and sip.wss, unless provision.tls.acme or admin.tls.acme is"},
		{name: "sip.tls address", text: "sip: {tls: ['5061'], wss: ['0.0.0.0:8080'], tls_cert: {cert: c, key: k}}\n", want: `x.yaml:1: sip.tls[0]: "5061" is not an address and port such as 0.0.0.0:5060
x.yaml:1: sip.wss[0]: "0.0.0.0:8080" is already taken by provision.listen`},
		{name: "acme domains", text: "provision: {tls: {acme: {domains: [localhost, 192.0.2.1, '*.a.example']}}}\n", want: `x.yaml:1: provision.tls.acme.domains[0]: "localhost" is not a domain name
x.yaml:1: provision.tls.acme.domains[1]: "192.0.2.1" is not a domain name
x.yaml:1: provision.tls.acme.domains[2]: "*.a.example" is not a domain name`},
		{name: "acme without domains", text: "admin: {tls: {acme: {email: a@b.example}}}\n", want: "x.yaml:1: admin.tls.acme.domains: must not be empty when another key of the section is set"},
		{name: "acme keys", text: "admin:\n  tls:\n    acme: {domains: [a.example], email: nobody, directory: ca, http: '80'}\n", want: `x.yaml:3: admin.tls.acme.email: "nobody" is not a mail address
x.yaml:3: admin.tls.acme.directory: "ca" is not an absolute http:// or https:// URL
x.yaml:3: admin.tls.acme.http: "80" is not an address and port such as 0.0.0.0:5060`},
		{
			name: "two acme accounts",
			text: "provision: {tls: {acme: {domains: [a.example], email: a@b.example}}}\nadmin: {tls: {acme: {domains: [b.example], email: b@b.example}}}\n",
			want: "x.yaml:2: admin.tls.acme.email: must be left out or as in provision.tls.acme: both use one account",
		},
		{name: "admin.client_ca", text: "admin: {tls: {client_ca: ca.pem}}\n", want: "x.yaml:1: admin.tls.client_ca: only provision.tls has it"},
		{name: "client_ca without TLS", text: "provision: {tls: {client_ca: ca.pem}}\n", want: "x.yaml:1: provision.tls.client_ca: needs a certificate of ours: cert and key, or acme"},
		{name: "admin.old_phones", text: "admin: {tls: {old_phones: true}}\n", want: "x.yaml:1: admin.tls.old_phones: only provision.tls has it"},
		{name: "truth", text: "provision: {tls: {old_phones: yes}}\n", want: `x.yaml:1: provision.tls.old_phones: "yes" is neither true nor false`},
		{name: "advertised any", text: "sip: {advertised: 0.0.0.0}\n", want: `x.yaml:1: sip.advertised: "0.0.0.0" is not an address a peer can send to`},
		{name: "advertised any, IPv6", text: "media: {advertised: '::'}\n", want: `x.yaml:1: media.advertised: "::" is not an address a peer can send to`},
		{name: "advertised any, mapped", text: "sip: {advertised: '::ffff:0.0.0.0'}\n", want: `x.yaml:1: sip.advertised: "::ffff:0.0.0.0" is not an address a peer can send to`},
		{name: "advertised with port", text: "sip: {advertised: 'a.example:5060'}\n", want: `x.yaml:1: sip.advertised: "a.example:5060" is neither a host name nor an IP address (without a port)`},
		{name: "advertised almost an address", text: "sip: {advertised: 192.0.2.256}\n", want: `x.yaml:1: sip.advertised: "192.0.2.256" is neither a host name nor an IP address (without a port)`},
		{name: "base domain", text: "sip: {base_domain: 192.0.2.1}\n", want: `x.yaml:1: sip.base_domain: "192.0.2.1" is not a domain name`},
		{name: "expires zero", text: "sip: {min_expires: 0}\n", want: "x.yaml:1: sip.min_expires: 0 is not between 1 and 2147483648"},
		{name: "expires crossed by the default", text: "sip:\n  max_expires: 30\n", want: "x.yaml:1: sip.min_expires: 60 is above sip.max_expires, 30"},
		{name: "allow", text: "sip: {allow: [10.0.0.1, office, 10.0.0.1/8]}\n", want: `x.yaml:1: sip.allow[1]: "office" is neither an IP address nor a network such as 192.0.2.0/24` + "\n" +
			`x.yaml:1: sip.allow[2]: "10.0.0.1/8" has bits behind its length; write 10.0.0.0/8`},
		{name: "media address", text: "media: {address: eth0}\n", want: `x.yaml:1: media.address: "eth0" is not an IP address`},
		{name: "ports", text: "media: {ports: 20000}\n", want: `x.yaml:1: media.ports: "20000" is neither a range such as 20000-29999 nor 0`},
		{name: "ports reversed", text: "media: {ports: 29999-20000}\n", want: `x.yaml:1: media.ports: "29999-20000": the last port must be above the first`},
		{name: "ports too high", text: "media: {ports: 20000-70000}\n", want: `x.yaml:1: media.ports: "20000-70000": ports are 1 to 65535`},
		{name: "mail", text: "mail:\n  from: nobody\n  relays:\n    - {host: '', port: 0, tls: maybe, username: u}\n  dkim: {domain: a.example, key_file: k}\n", want: `x.yaml:2: mail.from: "nobody" is not a mail address
x.yaml:4: mail.relays[0].host: "" is neither a host name nor an IP address
x.yaml:4: mail.relays[0].port: 0 is not between 1 and 65535
x.yaml:4: mail.relays[0].tls: "maybe" is none of mandatory, opportunistic, implicit, none
x.yaml:4: mail.relays[0].password_file: must be set together with username
x.yaml:5: mail.dkim.selector: must be set together with domain and key_file`},
		{name: "transcription", text: "transcription: {url: whisper}\n", want: `x.yaml:1: transcription.url: "whisper" is not an absolute http:// or https:// URL`},
		{name: "retention", text: "retention: {audit: 1m, provisioning_events_per_device: 0}\n", want: "x.yaml:1: retention.audit: must be at least 1h0m0s\nx.yaml:1: retention.provisioning_events_per_device: 0 is not between 1 and 1000000"},
		{name: "duration", text: "drain: 30\n", want: `x.yaml:1: drain: "30": a duration is written 30s, 10m, 12h, 90d or combined, 1d12h`},
		{name: "drain too long", text: "drain: 2d\n", want: "x.yaml:1: drain: must be 0s to 24h0m0s"},
		{
			name: "all at once, in order",
			text: "sip:\n  min_expires: 0\nlog:\n  level: loud\n  size: 1\n",
			env:  []string{"DIALTONE_X=1", "DIALTONE_DRAIN=-1s"},
			want: `x.yaml:2: sip.min_expires: 0 is not between 1 and 2147483648
x.yaml:4: log.level: "loud" is none of debug, info, warn, error
x.yaml:5: log.size: unknown key
DIALTONE_DRAIN: drain: "-1s": a duration is written 30s, 10m, 12h, 90d or combined, 1d12h
DIALTONE_X: unknown variable: no key has this name`,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, err := Parse("x.yaml", []byte(tc.text), tc.env)
			if err == nil {
				t.Fatalf("accepted as %+v", c)
			}
			if diff := cmp.Diff(strings.Split(tc.want, "\n"), strings.Split(err.Error(), "\n")); diff != "" {
				t.Error(diff)
			}
			var one *Error
			if !errors.As(err, &one) || one.Reason == "" {
				t.Errorf("no *Error in %#v", err)
			}
		})
	}
}

func TestBrokenYAML(t *testing.T) {
	for _, text := range []string{"a: [", "\tx: 1", "a: b: c", "'", "? {", "{}}", strings.Repeat("a", maxFile+1), "\x00"} {
		var errs Errors
		if c, err := Parse("x.yaml", []byte(text), nil); !errors.As(err, &errs) {
			t.Errorf("%.20q: got %v, %v; want Errors", text, c, err)
		}
	}
}

func TestLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "d.yaml")
	if _, err := Load(path, nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
	if err := os.WriteFile(path, []byte("drain: 5s\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(path, []string{"DIALTONE_DRAIN=6s"})
	if err != nil || c.Drain != 6*time.Second {
		t.Errorf("got %v, %v", c, err)
	}
}

func TestValidateWithoutFile(t *testing.T) {
	c := defaults(t)
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
	c.DataDir = ""
	if err := c.Validate(); err == nil || err.Error() != "data_dir: must not be empty" {
		t.Errorf("got %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(string(defaultFile), "DIALTONE_SIP_UDP", `["127.0.0.1:0"]`)
	f.Add("{sip: {udp: [a, [b]]}, mail: {relays: [{}]}}", "DIALTONE_MAIL", "{relays: [}")
	f.Add("a: &a [*a]\n? b\n: !!str c\n<<: d", "DIALTONE_DRAIN", "9999999d99999999h")
	f.Fuzz(func(t *testing.T, text, name, value string) {
		c, err := Parse("x.yaml", []byte(text), []string{name + "=" + value})
		var errs Errors
		switch {
		case err == nil:
			if err := c.Validate(); err != nil {
				t.Errorf("accepted, then refused: %v", err)
			}
		case !errors.As(err, &errs) || len(errs) == 0:
			t.Errorf("not a list of problems: %v", err)
		}
	})
}
