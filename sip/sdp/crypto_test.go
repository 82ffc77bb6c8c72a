package sdp_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dialtone/sip/sdp"
)

func key(n int) string {
	return base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", n)))
}

func TestCrypto(t *testing.T) {
	k30, k28 := []byte(strings.Repeat("k", 30)), []byte(strings.Repeat("k", 28))
	for name, c := range map[string]struct {
		line string
		want sdp.Crypto
	}{
		"plain":            {"1 AES_CM_128_HMAC_SHA1_80 inline:" + key(30), sdp.Crypto{Tag: 1, Suite: sdp.AES128CMSHA1_80, Key: k30}},
		"padded":           {"1 AEAD_AES_128_GCM inline:" + key(28), sdp.Crypto{Tag: 1, Suite: sdp.AEADAES128GCM, Key: k28}},
		"padding left out": {"1 AEAD_AES_128_GCM inline:" + strings.TrimRight(key(28), "="), sdp.Crypto{Tag: 1, Suite: sdp.AEADAES128GCM, Key: k28}},
		"small letters":    {"1 aes_cm_128_hmac_sha1_32 INLINE:" + key(30), sdp.Crypto{Tag: 1, Suite: sdp.AES128CMSHA1_32, Key: k30}},
		"lifetime":         {"1 AES_CM_128_HMAC_SHA1_80 inline:" + key(30) + "|1048576", sdp.Crypto{Tag: 1, Suite: sdp.AES128CMSHA1_80, Key: k30, Lifetime: 1 << 20}},
		"MKI":              {"1 AES_CM_128_HMAC_SHA1_80 inline:" + key(30) + "|258:2", sdp.Crypto{Tag: 1, Suite: sdp.AES128CMSHA1_80, Key: k30, MKI: []byte{1, 2}}},
		"two keys":         {"1 AES_CM_128_HMAC_SHA1_80 inline:" + key(30) + "|1:1;inline:" + key(30) + "|2:1", sdp.Crypto{Tag: 1, Suite: sdp.AES128CMSHA1_80, Key: k30, MKI: []byte{1}}},
		"window":           {"1 AES_CM_128_HMAC_SHA1_80 inline:" + key(30) + " WSH=128", sdp.Crypto{Tag: 1, Suite: sdp.AES128CMSHA1_80, Key: k30, Params: "WSH=128"}},
	} {
		t.Run(name, func(t *testing.T) {
			m := media(t, "m=audio 4 RTP/SAVP 0", "a=crypto:"+c.line)
			if diff := cmp.Diff([]sdp.Crypto{c.want}, m.Crypto); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCryptoLeftOut(t *testing.T) {
	for name, line := range map[string]string{
		"empty":                  "",
		"no tag":                 "AES_CM_128_HMAC_SHA1_80 inline:" + key(30),
		"tag too long":           "1234567890 AES_CM_128_HMAC_SHA1_80 inline:" + key(30),
		"unknown suite":          "1 F8_128_HMAC_SHA1_80 inline:" + key(30),
		"no key":                 "1 AES_CM_128_HMAC_SHA1_80 inline:",
		"key too short":          "1 AES_CM_128_HMAC_SHA1_80 inline:" + key(29),
		"key too long":           "1 AES_CM_128_HMAC_SHA1_80 inline:" + key(31),
		"key of another suite":   "1 AEAD_AES_256_GCM inline:" + key(30),
		"not base64":             "1 AES_CM_128_HMAC_SHA1_80 inline:" + strings.Repeat("!", 40),
		"another key method":     "1 AES_CM_128_HMAC_SHA1_80 uri:" + key(30),
		"lifetime zero":          "1 AES_CM_128_HMAC_SHA1_80 inline:" + key(30) + "|0",
		"lifetime too long":      "1 AES_CM_128_HMAC_SHA1_80 inline:" + key(30) + "|2^49",
		"lifetime not a number":  "1 AES_CM_128_HMAC_SHA1_80 inline:" + key(30) + "|x",
		"MKI of no length":       "1 AES_CM_128_HMAC_SHA1_80 inline:" + key(30) + "|1:0",
		"MKI too long":           "1 AES_CM_128_HMAC_SHA1_80 inline:" + key(30) + "|1:129",
		"MKI beyond its length":  "1 AES_CM_128_HMAC_SHA1_80 inline:" + key(30) + "|256:1",
		"no encryption":          "1 AES_CM_128_HMAC_SHA1_80 inline:" + key(30) + " UNENCRYPTED_SRTP",
		"no authentication":      "1 AES_CM_128_HMAC_SHA1_80 inline:" + key(30) + " WSH=64 UNAUTHENTICATED_SRTP",
		"key derivation":         "1 AES_CM_128_HMAC_SHA1_80 inline:" + key(30) + " KDR=1",
		"parameters without end": "1 AES_CM_128_HMAC_SHA1_80 inline:" + key(30) + strings.Repeat(" WSH=64", 64),
	} {
		t.Run(name, func(t *testing.T) {
			m := media(t, "m=audio 4 RTP/SAVP 0", "a=crypto:"+line)
			if len(m.Crypto) != 0 || len(m.Attributes) != 0 {
				t.Errorf("kept: %+v", m)
			}
		})
	}
}
