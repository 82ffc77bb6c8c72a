package record

import (
	"maps"
	"strings"
)

// Mask stands where a secret was.
const Mask = "****"

// secretWords mark raw parameters that hold secrets, by a part of their names.
var secretWords = [...]string{"password", "passwd", "secret", "pin_code", ".pin", "aes_key", "token"}

// SecretParameter says whether a raw parameter sounds as if it held a secret: by its
// name, or because its value is a URL with a password in it.
func SecretParameter(name, value string) bool {
	name = strings.ToLower(name)
	for _, word := range secretWords {
		if strings.Contains(name, word) {
			return true
		}
	}
	_, rest, isURL := strings.Cut(value, "://")
	host, _, _ := strings.Cut(rest, "/")
	return isURL && strings.Contains(host, "@")
}

// Concealed is the settings with [Mask] for the secrets among the raw parameters; what
// it was called on stays as it is.
func (s Settings) Concealed() Settings {
	s.Raw = maps.Clone(s.Raw)
	for name, value := range s.Raw {
		if SecretParameter(name, value) {
			s.Raw[name] = Mask
		}
	}
	return s
}

// Concealed is the settings of every model with [Mask] for secrets.
func (m ModelSettings) Concealed() ModelSettings {
	m = maps.Clone(m)
	for model, s := range m {
		m[model] = s.Concealed()
	}
	return m
}
