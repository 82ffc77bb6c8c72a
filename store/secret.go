package store

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"dialtone/store/record"
)

// tokenAlphabet is what tokens are made of: characters that need no escaping in a
// URL and that no phone takes for a file name's dot.
const tokenAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// TokenLength is the length of generated tokens: 32 characters, 190 bits.
const TokenLength = 32

// NewToken is a random token of letters and digits.
func NewToken() string {
	var raw [TokenLength * 2]byte
	rand.Read(raw[:]) // never fails (crypto/rand)
	return spell(raw[:])
}

// NewPassword is a random password of n letters and digits with at least one digit,
// one lower-case and one upper-case letter.
func NewPassword(n int) string {
	for {
		raw := make([]byte, n*2)
		rand.Read(raw)
		if p := spell(raw); record.CheckPassword(p) == nil || n < record.MinPassword {
			return p
		}
	}
}

// spell writes two octets as one character each; the bias of 65536 mod 62 is below 0.1 %.
func spell(raw []byte) string {
	out := make([]byte, len(raw)/2)
	for i := range out {
		out[i] = tokenAlphabet[int(binary.BigEndian.Uint16(raw[2*i:]))%len(tokenAlphabet)]
	}
	return string(out)
}

// DeviceToken is the token of a device's own provisioning URL. It is derived from
// the device and its binding epoch, so it is not stored and arming the device again
// makes a new one.
func (s *Store) DeviceToken(d *record.Device) string {
	return s.deviceToken(d.ID, d.BindingEpoch)
}

func (s *Store) deviceToken(id record.ID, epoch uint32) string {
	mac := hmac.New(sha256.New, s.deviceURL)
	mac.Write([]byte(id))
	mac.Write(binary.BigEndian.AppendUint32(nil, epoch))
	first := mac.Sum(nil)
	mac.Write([]byte("more"))
	return spell(append(first, mac.Sum(nil)...))
}

func (s *Store) deviceDigest(id record.ID, epoch uint32) record.TokenDigest {
	return record.DigestToken([]byte(s.deviceToken(id, epoch)))
}

// Seal encrypts a secret of a record for storage.
func (s *Store) Seal(id record.ID, field, secret string) []byte {
	return s.box.Seal(nil, []byte(secret), []byte(string(id)+"/"+field))
}

// Unseal decrypts what Seal made for the same record and field.
func (s *Store) Unseal(id record.ID, field string, sealed []byte) (string, error) {
	secret, err := s.box.Open(nil, sealed, []byte(string(id)+"/"+field))
	if err != nil {
		return "", fmt.Errorf("cannot open %s of %q: %w", field, id, err)
	}
	return string(secret), nil
}

// Key derives a key of 32 bytes for another purpose (the nonces of the SIP edge) from
// the daemon's secret.
func (s *Store) Key(purpose string) []byte {
	mac := hmac.New(sha256.New, s.keys)
	mac.Write([]byte(purpose))
	return mac.Sum(nil)
}

// TrunkPassword is what a provider account's trunk authenticates with, "" without one.
func (s *Store) TrunkPassword(a *record.ProviderAccount) (string, error) {
	if len(a.TrunkPasswordSealed) == 0 {
		return "", nil
	}
	return s.Unseal(a.ID, FieldTrunkPassword, a.TrunkPasswordSealed)
}

// WebhookSecret is the key a webhook's events are signed with.
func (s *Store) WebhookSecret(w *record.Webhook) (string, error) {
	return s.Unseal(w.ID, FieldWebhookSecret, w.SecretSealed)
}
