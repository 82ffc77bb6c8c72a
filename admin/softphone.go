package admin

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/skip2/go-qrcode"

	"dialtone/store"
	"dialtone/store/record"
)

const softphoneLinkPath = "/v1/softphone/{token}"

// A link works once, within this time. Its QR code has this many pixels a side.
const (
	softphoneLinkLife = 24 * time.Hour
	qrPixels          = 256
)

// softphoneLinks is the owner of the links among the store's remembered answers;
// linkUsed is the status of one that has been opened.
const (
	softphoneLinks = "softphone links"
	linkUsed       = http.StatusGone
)

// softphoneLine is what a softphone needs for one line.
type softphoneLine struct {
	Line      int    `json:"line" doc:"Number of the line."`
	Label     string `json:"label" doc:"What the phone shows."`
	User      string `json:"user" doc:"SIP user name."`
	Domain    string `json:"domain" doc:"SIP domain."`
	Server    string `json:"server" doc:"Host to connect to (outbound proxy)."`
	Port      int    `json:"port" doc:"Its port."`
	Transport string `json:"transport" doc:"udp, tcp or tls."`
	Password  string `json:"password,omitempty" doc:"SIP password; only behind the one-time link."`
}

// softphoneView is the first line's settings, all lines', and the one-time link.
type softphoneView struct {
	softphoneLine
	Lines         []softphoneLine `json:"lines" doc:"The settings of every line."`
	Link          *string         `json:"link" doc:"Opens the settings with passwords, once; null for keys without the scope secrets."`
	LinkExpiresAt *time.Time      `json:"link_expires_at" doc:"Until when the link works."`
	QR            *string         `json:"qr" doc:"The link as a QR code, a data: URI of a PNG picture."`
}

// softphoneSettings is what the link shows.
type softphoneSettings struct {
	Lines []softphoneLine `json:"lines" doc:"The settings of every line."`
}

func (s *Server) softphoneOperations() []*operation {
	if s.Softphones == nil {
		return nil
	}
	return []*operation{
		{
			method: http.MethodGet, path: devicesPath + "/{device}/softphone", event: "device.read_softphone", scope: record.ScopeRead,
			summary: "Shows what a softphone is set up with, with a new one-time link for who may see secrets.",
			answer:  typeOf[*softphoneView](), status: http.StatusOK, handle: handleSoftphone,
		},
		{
			method: http.MethodGet, path: softphoneLinkPath, event: "device.open_softphone_link", open: true,
			summary: "Shows a softphone's settings with passwords, once. Plain text unless JSON is asked for.",
			answer:  typeOf[*softphoneSettings](), status: http.StatusOK, handle: handleSoftphoneLink,
		},
	}
}

func handleSoftphone(c *call) (*answer, error) {
	d, err := c.device()
	if err != nil {
		return nil, err
	}
	lines, err := c.softphoneLines(d, false)
	if err != nil {
		return nil, err
	}
	if len(lines) == 0 {
		return nil, &store.Conflict{Field: "lines", Code: store.ConflictState, Detail: "the device has no line yet"}
	}
	shown := &softphoneView{softphoneLine: lines[0], Lines: lines}
	if c.may(record.ScopeSecrets) {
		if err := c.addLink(d, shown); err != nil && !errors.Is(err, store.ErrNoSpace) {
			return nil, err // without room there is no link, the settings can be read
		}
	}
	return found(http.StatusOK, d.Header(), shown), nil
}

// addLink makes a link and its QR code.
func (c *call) addLink(d *record.Device, shown *softphoneView) error {
	token := store.NewToken()
	var expires time.Time
	err := c.server.Store.Update(c.r.Context(), func(tx *store.Tx) error {
		expires = tx.Now().Add(softphoneLinkLife)
		sealed := c.server.Store.Seal(sealReplies, softphoneLinks, string(d.ID))
		return tx.Remember(softphoneLinks, token, store.Replay{Sealed: sealed, Expires: expires})
	})
	if err != nil {
		return err
	}
	link := c.server.PublicURL(c.r) + strings.Replace(softphoneLinkPath, "{token}", token, 1)
	png, err := qrcode.Encode(link, qrcode.Medium, qrPixels)
	if err != nil {
		return fmt.Errorf("cannot draw QR code: %w", err)
	}
	qr := "data:image/png;base64," + base64.StdEncoding.EncodeToString(png)
	shown.Link, shown.LinkExpiresAt, shown.QR = &link, moment(expires), &qr
	return nil
}

// handleSoftphoneLink opens a link: the token is the permission. Whoever has it may
// see that one device's passwords, once.
func handleSoftphoneLink(c *call) (*answer, error) {
	var d *record.Device
	err := c.server.Store.Update(c.r.Context(), func(tx *store.Tx) error {
		var err error
		if d, err = c.openLink(tx); err != nil {
			return err
		}
		c.account, c.resource = d.Account, d.ID
		return tx.Audit(d.Account, c.entry(record.OutcomeSuccess))
	})
	if errors.Is(err, store.ErrNotFound) && !c.server.wrongKeys.Take(c.source) {
		return nil, newProblem(http.StatusTooManyRequests, codeLimited, "too many wrong links from your address").retry(wrongKeyEvery)
	}
	if err != nil {
		return nil, err
	}
	c.audited = true
	lines, err := c.softphoneLines(d, true)
	if err != nil {
		return nil, err
	}
	if strings.Contains(c.r.Header.Get("Accept"), mediaJSON) {
		return ok(&softphoneSettings{lines}), nil
	}
	return &answer{
		status: http.StatusOK,
		header: map[string]string{"Content-Type": "text/plain; charset=utf-8"},
		stream: func(w io.Writer) error { return writeLines(w, lines) },
	}, nil
}

// openLink is the device behind the link, which is used up.
func (c *call) openLink(tx *store.Tx) (*record.Device, error) {
	token := c.r.PathValue("token")
	kept, live, err := tx.Replayed(softphoneLinks, token)
	if err != nil {
		return nil, err
	}
	if !live || kept.Status == linkUsed {
		return nil, store.ErrNotFound
	}
	id, err := c.server.Store.Unseal(sealReplies, softphoneLinks, kept.Sealed)
	if err != nil {
		return nil, err
	}
	d, err := store.Load[*record.Device](tx, record.ID(id))
	if err != nil {
		return nil, err
	}
	if _, err := store.Load[*record.Account](tx, d.Account); err != nil {
		return nil, err // deleted, and not swept yet
	}
	return d, tx.Remember(softphoneLinks, token, store.Replay{Status: linkUsed, Expires: kept.Expires})
}

// softphoneLines are the settings of the device's lines.
func (c *call) softphoneLines(d *record.Device, passwords bool) ([]softphoneLine, error) {
	transport := c.transportOf(d)
	host, port, err := c.server.Softphones.Listener(c.source, transport)
	if errors.Is(err, ErrNoListener) {
		return nil, &store.Conflict{
			Field: "overrides.network.transport", Code: store.ConflictState,
			Detail: "the daemon does not listen on " + transport + "; set another transport for the device or the account",
		}
	}
	if err != nil {
		return nil, err
	}
	type source struct {
		record.Line
		credential *record.Credential
		domain     *record.Domain
	}
	var sources []source
	c.view(func(v *store.View) {
		for _, l := range d.Lines {
			credential, known := store.Get[*record.Credential](v, l.Credential)
			domain, served := store.Get[*record.Domain](v, l.Domain)
			if known && served {
				sources = append(sources, source{l, credential, domain})
			}
		}
	})
	lines := make([]softphoneLine, 0, len(sources))
	for _, l := range sources {
		line := softphoneLine{
			Line: l.Line.Line, Label: l.Label, User: l.credential.Username, Domain: l.domain.Domain,
			Server: host, Port: port, Transport: transport,
		}
		if passwords {
			if line.Password, err = c.server.Store.Unseal(l.credential.ID, store.FieldPassword, l.credential.PasswordSealed); err != nil {
				return nil, err
			}
		}
		lines = append(lines, line)
	}
	slices.SortFunc(lines, func(a, b softphoneLine) int { return a.Line - b.Line })
	return lines, nil
}

// transportOf is the device's transport: its own, the account's, the daemon's, UDP.
func (c *call) transportOf(d *record.Device) string {
	layers := []record.Settings{d.Overrides}
	c.view(func(v *store.View) {
		if a, known := store.Get[*record.Account](v, d.Account); known {
			layers = append(layers, a.Settings)
		}
		if p := v.Platform(); p != nil {
			layers = append(layers, p.Settings)
		}
	})
	for _, s := range layers {
		if s.Network != nil && s.Network.Transport != nil {
			return *s.Network.Transport
		}
	}
	return "udp"
}

func writeLines(w io.Writer, lines []softphoneLine) error {
	for _, l := range lines {
		_, err := fmt.Fprintf(w, "Line %d %s\nUser name: %s\nPassword: %s\nDomain: %s\nServer: %s:%d (%s)\n\n",
			l.Line, l.Label, l.User, l.Password, l.Domain, l.Server, l.Port, l.Transport)
		if err != nil {
			return err
		}
	}
	return nil
}
