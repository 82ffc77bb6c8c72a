package outbox

import (
	"crypto"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	gomail "github.com/wneessen/go-mail"
	"golang.org/x/net/idna"
)

// DKIM signs mails (RFC 6376).
type DKIM struct {
	Domain   string // d=
	Selector string // s=
	Key      crypto.Signer
}

// ParseDKIMKey reads a private key of a PEM file, RSA or Ed25519.
func ParseDKIMKey(pem []byte) (crypto.Signer, error) {
	key, err := gomail.PrivKeyFromPEM(pem)
	if err != nil {
		return nil, fmt.Errorf("cannot read DKIM key: %w", err)
	}
	return key, nil
}

// message builds the mail as it goes over the wire. It is the same at every attempt, but
// for the time of the signature.
func message(m *Mail, from string, dkim *DKIM) (*gomail.Msg, error) {
	sum := sha256.Sum256([]byte(m.MessageID))
	opts := []gomail.MsgOption{gomail.WithNoDefaultUserAgent(), gomail.WithBoundary(hex.EncodeToString(sum[:16]))}
	if dkim != nil {
		opts = append(opts, gomail.WithDKIM(gomail.NewDKIMSigner(dkim.Domain, dkim.Selector, dkim.Key)))
	}
	msg := gomail.NewMsg(opts...)
	if m.From != "" {
		from = m.From
	}
	if err := msg.From(from); err != nil {
		return nil, fmt.Errorf("cannot write mail from %q: %w", from, err)
	}
	if err := msg.To(overASCII(m.To)); err != nil {
		return nil, fmt.Errorf("cannot write mail to %q: %w", m.To, err)
	}
	msg.SetMessageIDWithValue(m.MessageID)
	msg.SetDateWithValue(m.Date)
	msg.Subject(m.Subject)
	for _, h := range m.Headers {
		msg.SetGenHeader(gomail.Header(h.Name), h.Value)
	}
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	return msg, nil
}

// overASCII is a mailbox whose domain every relay takes: one in another script is written in
// ASCII (RFC 5891).
func overASCII(mailbox string) string {
	at := strings.LastIndexByte(mailbox, '@')
	domain, bracket := strings.CutSuffix(mailbox[at+1:], ">")
	ascii, err := idna.Lookup.ToASCII(domain)
	if at < 0 || err != nil {
		return mailbox
	}
	if bracket {
		ascii += ">"
	}
	return mailbox[:at+1] + ascii
}
