package admin

import (
	"net/http"
	"strings"
	"testing"
)

// Raw parameters may be passwords: who may not see secrets, and the audit log, learn
// only that they are there.
func TestRawSecrets(t *testing.T) {
	w := newWorld(t)
	o := w.newOffice()
	device := w.at("/devices/" + string(o.device))
	raw := fieldsOf{"raw": fieldsOf{"wifi.1.password": "Raw-Secret-1", "wifi.1.ssid": "office", "ldap.url": "ldap://u:Raw-Secret-2@host/"}}
	w.patch(device, fieldsOf{"overrides": raw}).want(http.StatusOK)
	account := fieldsOf{"settings": raw, "model_settings": fieldsOf{"T46U": raw}}
	w.patch(w.at(""), account).want(http.StatusOK)
	reader := w.newKey(w.account, "read", "write", "manage")
	for _, path := range []string{device, w.at("/devices"), w.at(""), "/v1/accounts"} {
		got := w.send(reader, http.MethodGet, path, nil).want(http.StatusOK).raw
		if strings.Contains(got, "Raw-Secret") || !strings.Contains(got, `"wifi.1.password":"****"`) || !strings.Contains(got, `"wifi.1.ssid":"office"`) {
			t.Errorf("GET %s shows %s", path, got)
		}
		if all := w.send(w.newKey(w.account, "read", "secrets"), http.MethodGet, path, nil).raw; !strings.Contains(all, "Raw-Secret-1") {
			t.Errorf("GET %s with the scope shows %s", path, all)
		}
	}
	w.patch(device, fieldsOf{"overrides": fieldsOf{"raw": fieldsOf{"wifi.1.password": nil}}}).want(http.StatusOK)
	masked := fieldsOf{"overrides": fieldsOf{"raw": fieldsOf{"wifi.1.password": "****"}}}
	w.send(reader, http.MethodPatch, device, masked).want(http.StatusUnprocessableEntity)
	log := w.get(w.at("/audit_entries?event=device.update&event=account.update")).want(http.StatusOK).raw
	if strings.Contains(log, "Raw-Secret") || !strings.Contains(log, `"field":"overrides.raw.wifi.1.password","before":null,"after":"changed"`) {
		t.Errorf("the audit log has %s", log)
	}
}
