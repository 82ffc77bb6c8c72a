package configs

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// published is the list of keys others rely on: extend it, never rename.
var published = strings.Fields(`
	data_dir
	log log.level log.format
	provision provision.listen provision.public_url provision.tls provision.tls.cert provision.tls.key
	provision.tls.acme provision.tls.acme.domains provision.tls.acme.email provision.tls.acme.directory provision.tls.acme.http
	provision.tls.client_ca provision.tls.old_phones
	admin admin.listen admin.public_url admin.tls admin.tls.cert admin.tls.key
	admin.tls.acme admin.tls.acme.domains admin.tls.acme.email admin.tls.acme.directory admin.tls.acme.http
	admin.tls.client_ca admin.tls.old_phones
	sip sip.udp sip.tcp sip.tls sip.wss sip.tls_cert sip.tls_cert.cert sip.tls_cert.key sip.tls_cert.client_ca
	sip.advertised sip.base_domain sip.min_expires sip.max_expires sip.allow
	media media.address media.advertised media.ports
	mail mail.from mail.relays mail.dkim mail.dkim.domain mail.dkim.selector mail.dkim.key_file
	transcription transcription.url transcription.api_key_file transcription.model
	retention retention.audit retention.provisioning_events retention.provisioning_events_per_device
	retention.registration_failures_per_user retention.call_records retention.recordings retention.faxes
	retention.emergency_calls retention.phone_uploads_per_kind retention.phone_upload_bytes
	drain`)

// publishedRelay is the same for an entry of mail.relays.
var publishedRelay = strings.Fields(`host port tls username password_file`)

func TestKeysArePublished(t *testing.T) {
	var got []string
	for name, k := range envKeys() {
		got = append(got, k.path)
		if want := "DIALTONE_" + strings.ToUpper(strings.NewReplacer(".", "_").Replace(k.path)); name != want {
			t.Errorf("%s has variable %s, want %s", k.path, name, want)
		}
	}
	slices.Sort(got)
	want := slices.Sorted(slices.Values(published))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff) // also when two keys share one variable
	}
}

// Every key stands in dialtone.yaml, with a comment of its own above it.
func TestEveryKeyIsCommented(t *testing.T) {
	var cfg, zero Config
	d := decoder{file: "dialtone.yaml"}
	d.document(&cfg, &zero, defaultFile)
	if len(d.problems) > 0 {
		t.Fatal(d.problems)
	}
	lines := strings.Split(string(defaultFile), "\n")
	keys := slices.Clone(published)
	for _, k := range publishedRelay {
		keys = append(keys, "mail.relays[0]."+k)
	}
	for _, key := range keys {
		at, ok := d.places[key]
		if !ok {
			t.Errorf("dialtone.yaml has no %s", key)
			continue
		}
		if at.line < 2 || !strings.HasPrefix(strings.TrimSpace(lines[at.line-2]), "# ") {
			t.Errorf("dialtone.yaml:%d: %s has no comment above it", at.line, key)
		}
		delete(d.places, key)
	}
	for key := range d.places {
		if !strings.HasSuffix(key, "]") {
			t.Errorf("dialtone.yaml has %s, which is not published", key)
		}
	}
}
