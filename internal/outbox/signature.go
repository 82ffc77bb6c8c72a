package outbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"dialtone/store/record"
)

// signature signs an event as Standard Webhooks 1.0 says: HMAC-SHA256 over
// id.timestamp.body, with the secret behind its prefix decoded from Base64.
func signature(secret, id string, at time.Time, body []byte) string {
	text := strings.TrimPrefix(secret, record.WebhookSecretPrefix)
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		key = []byte(text)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
