package configs

import (
	"cmp"
	"log/slog"
	"net/netip"
	"slices"
	"time"
)

// Config is the daemon's configuration. dialtone.yaml explains every key.
type Config struct {
	DataDir       string        `yaml:"data_dir"`
	Log           Log           `yaml:"log"`
	Provision     Web           `yaml:"provision"`
	Admin         Web           `yaml:"admin"`
	SIP           SIP           `yaml:"sip"`
	Media         Media         `yaml:"media"`
	Mail          Mail          `yaml:"mail"`
	Transcription Transcription `yaml:"transcription"`
	Retention     Retention     `yaml:"retention"`
	Drain         time.Duration `yaml:"drain"` // 0 to 24 h
}

// Log says what is logged and how.
type Log struct {
	Level  slog.Level `yaml:"level"`
	Format string     `yaml:"format"` // FormatText or FormatJSON
}

// Formats of the log.
const (
	FormatText = "text"
	FormatJSON = "json"
)

// Web is one HTTP listener: the phones' or the administration's.
type Web struct {
	Listen    string `yaml:"listen"`     // host:port, port 0 = any free
	PublicURL string `yaml:"public_url"` // without a trailing slash; empty = the facing address
	TLS       TLS    `yaml:"tls"`
}

// TLS says where a listener's certificates come from: files, an ACME authority or
// both. Without any the listener speaks plain HTTP.
type TLS struct {
	CertFile  `yaml:",inline"`
	ACME      ACME   `yaml:"acme"`
	ClientCA  string `yaml:"client_ca"`  // the phones' listener only
	OldPhones bool   `yaml:"old_phones"` // the phones' listener only
}

// Enabled reports whether the listener speaks TLS.
func (t TLS) Enabled() bool { return t.CertFile.Enabled() || t.ACME.Enabled() }

// CertFile is a certificate and its key as PEM files: both or none.
type CertFile struct {
	Cert string `yaml:"cert"`
	Key  string `yaml:"key"`
}

// Enabled reports whether a certificate is set.
func (c CertFile) Enabled() bool { return c.Cert != "" }

// SIPCert is the certificate of SIP over TLS and WebSocket, and whose clients' count.
type SIPCert struct {
	CertFile `yaml:",inline"`
	ClientCA string `yaml:"client_ca"`
}

// ACME asks for certificates from an authority (RFC 8555).
type ACME struct {
	Domains   []string `yaml:"domains"`
	Email     string   `yaml:"email"`
	Directory string   `yaml:"directory"` // URL; empty = Let's Encrypt
	HTTP      string   `yaml:"http"`      // host:port of checks over HTTP; empty = checked over TLS only
}

// Enabled reports whether certificates are asked for.
func (a ACME) Enabled() bool { return len(a.Domains) > 0 }

// ACME is what both HTTP listeners ask for together: one account serves them.
func (c *Config) ACME() ACME {
	a, b := c.Provision.TLS.ACME, c.Admin.TLS.ACME
	return ACME{
		Domains: slices.Concat(a.Domains, b.Domains), Email: cmp.Or(a.Email, b.Email),
		Directory: cmp.Or(a.Directory, b.Directory), HTTP: cmp.Or(a.HTTP, b.HTTP),
	}
}

// SIP is the signalling edge.
type SIP struct {
	UDP        []string       `yaml:"udp"` // host:port, port 0 = any free
	TCP        []string       `yaml:"tcp"`
	TLS        []string       `yaml:"tls"`
	WSS        []string       `yaml:"wss"`
	TLSCert    SIPCert        `yaml:"tls_cert"`
	Advertised string         `yaml:"advertised"` // host name or address, without a port
	BaseDomain string         `yaml:"base_domain"`
	MinExpires int            `yaml:"min_expires"` // seconds
	MaxExpires int            `yaml:"max_expires"` // seconds
	Allow      []netip.Prefix `yaml:"allow"`
}

// Media is where voice and fax streams flow.
type Media struct {
	Address    netip.Addr `yaml:"address"`
	Advertised string     `yaml:"advertised"` // host name or address
	Ports      PortRange  `yaml:"ports"`
}

// Mail is how mail leaves.
type Mail struct {
	From   string  `yaml:"from"` // RFC 5322 mailbox
	Relays []Relay `yaml:"relays"`
	DKIM   DKIM    `yaml:"dkim"`
}

// Relay is one mail relay.
type Relay struct {
	Host         string `yaml:"host"`
	Port         int    `yaml:"port"`
	TLS          string `yaml:"tls"` // one of the Relay… constants
	Username     string `yaml:"username"`
	PasswordFile string `yaml:"password_file"`
}

// How a relay is spoken to.
const (
	RelayMandatory     = "mandatory"     // STARTTLS or no mail
	RelayOpportunistic = "opportunistic" // STARTTLS where offered
	RelayImplicit      = "implicit"      // TLS from the first byte (RFC 8314)
	RelayNone          = "none"
)

// DKIM signs mail (RFC 6376): all keys or none.
type DKIM struct {
	Domain   string `yaml:"domain"`
	Selector string `yaml:"selector"`
	KeyFile  string `yaml:"key_file"`
}

// Transcription is a speech-to-text service; an empty URL means none.
type Transcription struct {
	URL        string `yaml:"url"`
	APIKeyFile string `yaml:"api_key_file"`
	Model      string `yaml:"model"`
}

// Retention says how long histories are kept. Durations are at least an hour,
// counts and sizes at least one.
type Retention struct {
	Audit                       time.Duration `yaml:"audit"`
	ProvisioningEvents          time.Duration `yaml:"provisioning_events"`
	ProvisioningEventsPerDevice int           `yaml:"provisioning_events_per_device"`
	RegistrationFailuresPerUser int           `yaml:"registration_failures_per_user"`
	CallRecords                 time.Duration `yaml:"call_records"`
	Recordings                  time.Duration `yaml:"recordings"`
	Faxes                       time.Duration `yaml:"faxes"`
	EmergencyCalls              time.Duration `yaml:"emergency_calls"`
	PhoneUploadsPerKind         int           `yaml:"phone_uploads_per_kind"`
	PhoneUploadBytes            int           `yaml:"phone_upload_bytes"`
}
