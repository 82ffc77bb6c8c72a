package admin

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"dialtone/store"
	"dialtone/store/record"
)

// described checks answers and requests against the description the daemon serves.
type described struct {
	*world
	doc  *openapi3.T
	ops  map[string]*operation // by method and pattern
	mux  *http.ServeMux
	seen map[string]bool
	as   *browser // whose cookie goes along, if anybody's
}

func newDescribed(t *testing.T) *described {
	t.Helper()
	w := newWorld(t)
	raw := w.send("", http.MethodGet, "/v1/openapi.json", nil).want(http.StatusOK).raw
	doc, err := openapi3.NewLoader().LoadFromData([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, s := range doc.Components.Schemas {
		closeSchema(s.Value)
	}
	d := &described{world: w, doc: doc, ops: map[string]*operation{}, mux: http.NewServeMux(), seen: map[string]bool{}}
	for _, op := range w.server.table() {
		d.ops[op.method+" "+op.path] = op
		d.mux.HandleFunc(op.method+" "+op.path, func(http.ResponseWriter, *http.Request) {})
	}
	return d
}

// closeSchema makes a field the description does not have an error.
func closeSchema(s *openapi3.Schema) {
	if s.Properties != nil && s.AdditionalProperties.Schema == nil {
		no := false
		s.AdditionalProperties.Has = &no
	}
}

// do sends a request and checks both directions.
func (d *described) do(key, method, path string, body any, status int) *got {
	d.t.Helper()
	r := httptest.NewRequest(method, path, nil)
	_, pattern := d.mux.Handler(r)
	op := d.ops[pattern]
	if op == nil {
		d.t.Fatalf("no operation for %s %s", method, path)
	}
	described := d.doc.Paths.Value(op.path).GetOperation(method)
	if body != nil && status < 300 {
		d.conform(described.RequestBody.Value.Content.Get(mediaJSON).Schema, body, "request of "+pattern)
	}
	opts := []option{}
	if op.media == "" {
		opts = append(opts, withHeader("Accept", mediaJSON))
	}
	if d.as != nil {
		opts = append(opts, d.as.known)
	}
	g := d.send(key, method, path, body, opts...).want(status)
	if d.as != nil {
		d.as.did(g)
	}
	answer := described.Responses.Status(status)
	if answer == nil && status >= 400 {
		answer = described.Responses.Default()
	}
	if answer == nil {
		d.t.Fatalf("%s does not tell of %d", pattern, status)
	}
	if g.raw == "" {
		if len(answer.Value.Content) > 0 {
			d.t.Errorf("%s answers nothing", pattern)
		}
	} else if content := answer.Value.Content.Get(g.header.Get("Content-Type")); content == nil {
		d.t.Errorf("%s does not tell of %s", pattern, g.header.Get("Content-Type"))
	} else if kind := g.header.Get("Content-Type"); kind != mediaLines && strings.HasSuffix(kind, "json") {
		d.conform(content.Schema, json.RawMessage(g.raw), "answer of "+pattern)
	}
	if status < 300 {
		d.seen[pattern] = true
	}
	return g
}

func (d *described) conform(s *openapi3.SchemaRef, v any, what string) {
	d.t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		d.t.Fatal(err)
	}
	if s, isText := v.(string); isText {
		text = []byte(s)
	}
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		d.t.Fatal(err)
	}
	if err := s.Value.VisitJSON(value, openapi3.EnableJSONSchema2020(), openapi3.MultiErrors()); err != nil {
		d.t.Errorf("%s: %v\n%s", what, err, text)
	}
}

func (d *described) create(path string, body any) record.ID {
	d.t.Helper()
	return d.do(d.root, http.MethodPost, path, body, http.StatusCreated).id()
}

// cycle lists, reads, changes and removes a record.
func (d *described) cycle(path string, id record.ID, change any) {
	d.t.Helper()
	item := path + "/" + string(id)
	d.do(d.root, http.MethodGet, path, nil, 200)
	d.do(d.root, http.MethodGet, item, nil, 200)
	d.do(d.root, http.MethodPatch, item, change, 200)
	d.do(d.root, http.MethodPatch, item, `{"unknown":1}`, 422)
	d.do(d.root, http.MethodDelete, item, nil, 204)
	d.do(d.root, http.MethodGet, item, nil, 404)
}

// Every operation is in the description, takes what it says and answers what it
// says; a difference fails here.
func TestOpenAPI(t *testing.T) {
	d := newDescribed(t)
	o := d.newOffice()
	d.describeDevices(o)
	d.describeRecords(o)
	d.describeCalling(o)
	d.describeHistories(o)
	d.describeCalls(o)
	d.describeRecordings()
	d.describeFaxes()
	d.describeEmergencies(o)
	d.describeClips()
	d.describePlatform()
	d.describePeople()
	d.describeOthers()
	for pattern := range d.ops {
		if !d.seen[pattern] {
			t.Errorf("%s was not tried", pattern)
		}
	}
	for path, item := range d.doc.Paths.Map() {
		for method := range item.Operations() {
			if d.ops[method+" "+path] == nil {
				t.Errorf("%s %s is described and not there", method, path)
			}
		}
	}
}

func (d *described) describeDevices(o office) {
	d.t.Helper()
	device := d.at("/devices/" + string(o.device))
	d.fetched(o.device, false)
	d.fakes.registrations = []Registration{{
		AOR: "alice@sip.example.com", Credential: o.credential, Contact: "sip:alice@192.0.2.9",
		Source: netip.MustParseAddrPort("192.0.2.9:5060"), Transport: "udp", RegisteredAt: d.clock.now(), ExpiresAt: d.clock.now(),
	}}
	d.do(d.root, http.MethodGet, d.at("/registrations"), nil, 200)
	d.do(d.root, http.MethodGet, d.at("/devices"), nil, 200)
	d.do(d.root, http.MethodGet, device+"/buttons", nil, 200)
	d.do(d.root, http.MethodGet, device+"/config", nil, 200)
	d.do(d.root, http.MethodPost, device+"/check_sync", `{"reboot":false}`, 200)
	d.do(d.root, http.MethodPost, device+"/rearm", `{"at_once":true}`, 200)
	link := d.do(d.root, http.MethodGet, device+"/softphone", nil, 200).text("link")
	d.do("", http.MethodGet, strings.TrimPrefix(link, "http://admin.example.com:8081"), nil, 200)
	overrides := device + "/button_overrides"
	d.do(d.root, http.MethodPost, overrides, fieldsOf{"position": 2, "type": "speed_dial", "target": fieldsOf{"destination": "1001"}}, 201)
	d.do(d.root, http.MethodGet, overrides, nil, 200)
	d.do(d.root, http.MethodPatch, overrides+"/2", fieldsOf{"label": "x"}, 200)
	d.do(d.root, http.MethodDelete, overrides+"/2", nil, 204)
	d.unknown("805ec0aabbcc")
	d.do(d.root, http.MethodGet, d.at("/unknown_macs"), nil, 200)
	d.do(d.root, http.MethodPost, d.at("/unknown_macs/805ec0aabbcc/adopt"), fieldsOf{"name": "Lobby"}, 201)
	fresh := d.create(d.at("/devices"), fieldsOf{
		"mac": "805ec0000001", "type": "deskphone", "expansion_modules": []string{"EXP50"},
		"overrides": fieldsOf{"audio": fieldsOf{"codecs": []string{"g722"}, "jitter_buffer": fieldsOf{"mode": "fixed"}}, "raw": fieldsOf{"a.b": "c"}},
	})
	d.cycle(d.at("/devices"), fresh, fieldsOf{"name": "x", "location": nil, "lines": []fieldsOf{}})
}

func (d *described) describeRecords(o office) {
	d.t.Helper()
	d.do(d.root, http.MethodPost, d.at("/provisioning/generate"), nil, 201)
	d.do(d.root, http.MethodPost, d.at("/provisioning/rotate"), `{"overlap_hours":1}`, 200)
	d.do(d.root, http.MethodGet, d.at("/provisioning"), nil, 200)
	place := fieldsOf{"name": "HQ", "address": address(), "emergency_recipients": []string{"a@example.com"}, "networks": []string{"192.0.2.0/24"}}
	d.cycle(d.at("/locations"), d.create(d.at("/locations"), place), fieldsOf{"floor": "3", "address": fieldsOf{"unit": "7", "latitude": 40.5, "longitude": -74}})
	user := d.create(d.at("/users"), fieldsOf{"name": "Bob", "email": "bob@example.com"})
	extension := d.create(d.at("/extensions"), fieldsOf{"number": "1002", "target": fieldsOf{"type": "user", "id": user}})
	d.cycle(d.at("/extensions"), extension, fieldsOf{"status": "inactive"})
	d.cycle(d.at("/users"), user, fieldsOf{"call_waiting": false})
	template := fieldsOf{"name": "T", "buttons": []fieldsOf{{"position": 1, "type": "blf_extension", "target": fieldsOf{"user": o.user}}}}
	d.cycle(d.at("/button_templates"), d.create(d.at("/button_templates"), template), fieldsOf{"buttons": nil})
	d.do(d.root, http.MethodGet, "/v1/models?limit=100", nil, 200)
	d.do(d.root, http.MethodPost, d.at("/button_templates/preview"), fieldsOf{"model": "T46U", "buttons": template["buttons"]}, 200)
	domain := d.create(d.at("/sip_domains"), fieldsOf{"domain": "b.example.com", "digest_algorithms": []string{"MD5", "SHA-256"}})
	d.do(d.root, http.MethodGet, d.at("/base_domain"), nil, 200)
	list := d.create(d.at("/credential_lists"), fieldsOf{"name": "B"})
	credentials := d.at("/credential_lists/" + string(list) + "/credentials")
	credential := d.create(credentials, fieldsOf{"username": "bob", "password": "Correct-Horse-7", "expires_at": "2030-01-01T00:00:00Z"})
	d.do(d.root, http.MethodPost, credentials+"/"+string(credential)+"/reveal", nil, 200)
	d.do(d.root, http.MethodGet, credentials+"/"+string(credential)+"/reveal", nil, 200)
	attachment := d.create(d.at("/credential_attachments"), fieldsOf{"domain": domain, "credential_list": list, "use": "calls"})
	d.cycle(credentials, credential, fieldsOf{"password": nil, "expires_at": nil})
	d.cycle(d.at("/credential_attachments"), attachment, fieldsOf{"use": "both"})
	d.cycle(d.at("/credential_lists"), list, fieldsOf{"name": "C"})
	d.cycle(d.at("/sip_domains"), domain, fieldsOf{"digest_algorithms": nil})
	d.cycle(d.at("/api_keys"), d.create(d.at("/api_keys"), fieldsOf{"name": "k", "scopes": allScopes()}), fieldsOf{"name": "l"})
}

func (d *described) describeCalling(o office) {
	d.t.Helper()
	outside := fieldsOf{"type": "external", "number": "+13125550199"}
	d.cycle(d.at("/schedules"), d.create(d.at("/schedules"), fieldsOf{
		"name": "Open", "weekly": []fieldsOf{{"days": []string{"mon", "fri"}, "from": "09:00", "to": "17:00"}},
		"holidays": []fieldsOf{{"from": "2026-12-25", "name": "Christmas"}},
	}), fieldsOf{"timezone": "America/New_York", "weekly": nil})
	d.cycle(d.at("/ring_groups"), d.create(d.at("/ring_groups"), fieldsOf{
		"name": "Sales", "members": []fieldsOf{{"type": "user", "id": o.user}, outside}, "overflow": outside,
	}), fieldsOf{"strategy": "sequential", "overflow": nil})
	d.describeQueues(o)
	d.cycle(d.at("/numbers"), d.create(d.at("/numbers"), fieldsOf{
		"number": "+13125550100", "target": fieldsOf{"type": "device_line", "id": o.device, "line": 1}, "caller_id_name": "Acme",
	}), fieldsOf{"target": outside, "fax_recipients": []string{"fax@example.com"}, "delete_documents": true})
	d.cycle(d.at("/provider_accounts"), d.create(d.at("/provider_accounts"), fieldsOf{
		"name": "Carrier", "provider": "sip", "credentials": fieldsOf{"api_key": "k"},
		"trunk": fieldsOf{"hosts": []string{"sip.example.com:5060"}, "transport": "tls", "authentication": "registration", "username": "u", "password": "p"},
	}), fieldsOf{"trunk": fieldsOf{"emergency": true, "codecs": []string{"G722"}, "inbound_sources": []string{"192.0.2.0/24"}}, "credentials": nil})
	d.cycle(d.at("/webhooks"), d.create(d.at("/webhooks"), fieldsOf{
		"url": "https://hooks.example.com/", "events": []string{"call.*"},
	}), fieldsOf{"secret": nil, "description": "x"})
	d.describeDeliveries()
	d.do(d.root, http.MethodPatch, d.at("/users/"+string(o.user)), fieldsOf{
		"forwarding":        fieldsOf{"busy": fieldsOf{"enabled": true, "destination": "1009"}, "no_answer_seconds": 15},
		"simultaneous_ring": []fieldsOf{outside}, "ring_seconds": 30,
	}, 200)
}

func (d *described) describeQueues(o office) {
	d.t.Helper()
	queue := d.create(d.at("/call_queues"), fieldsOf{
		"name": "Support", "strategy": "rrmemory", "members": []fieldsOf{{"user": o.user, "penalty": 1}},
		"announcements": fieldsOf{"frequency_seconds": 30}, "callback": fieldsOf{"offer_after_seconds": 60},
	})
	d.fakes.waiting = map[record.ID][]QueueCaller{queue: {{Position: 1, Call: record.NewCallID(d.clock.now()), Ringing: []record.ID{o.user}}}}
	path := d.at("/call_queues/" + string(queue))
	agent := path + "/agents/" + string(o.user)
	d.do(d.root, http.MethodPatch, agent, fieldsOf{"state": "paused", "reason": "Lunch"}, 200)
	for _, part := range []string{path + "/state", path + "/agents", agent, path + "/statistics"} {
		d.do(d.root, http.MethodGet, part, nil, 200)
	}
	d.cycle(d.at("/call_queues"), queue, fieldsOf{"strategy": "linear", "announcements": nil, "members": nil})
}

func (d *described) describeCalls(o office) {
	d.t.Helper()
	ended := d.ended(func(c *record.CallRecord) {
		c.Legs = []record.CallLeg{{Role: record.LegCaller, Device: o.device, Codec: record.CodecPCMU, LossPercent: 0.5}}
	})
	for _, path := range []string{d.at("/calls"), d.at("/calls/" + ended), d.at("/calls/" + ended + "/trace")} {
		d.do(d.root, http.MethodGet, path, nil, 200)
	}
	d.fakes.calls = []ActiveCall{{ID: record.NewCallID(d.clock.now()), Direction: record.CallInternal, State: CallRinging}}
	active := d.at("/active_calls/" + d.fakes.calls[0].ID)
	d.do(d.root, http.MethodGet, d.at("/active_calls"), nil, 200)
	d.do(d.root, http.MethodGet, active, nil, 200)
	d.do(d.root, http.MethodDelete, active, nil, 204)
	d.fakes.parked = []ParkedCall{{Slot: 7, Call: record.NewCallID(d.clock.now()), Status: ParkParked}}
	d.do(d.root, http.MethodGet, d.at("/parked_calls"), nil, 200)
	d.do(d.root, http.MethodGet, d.at("/parked_calls/7"), nil, 200)
	d.do(d.root, http.MethodDelete, d.at("/parked_calls/7"), nil, 204)
	d.do(d.root, http.MethodGet, "/v1/events?account="+string(d.account), nil, 200)
}

func (d *described) describeHistories(o office) {
	d.t.Helper()
	err := d.store.Update(d.t.Context(), func(tx *store.Tx) error {
		if err := tx.PutRegistrationFailure(record.RegistrationFailure{Account: d.account, AOR: "eve@sip.example.com", Cause: "wrong_password"}); err != nil {
			return err
		}
		return tx.AppendProvisioningEvent(record.ProvisioningEvent{Account: d.account, Device: o.device, Result: record.FetchServed, Status: 200})
	})
	if err != nil {
		d.t.Fatal(err)
	}
	for _, path := range []string{
		d.at("/registration_failures"), d.at("/provisioning_events"), d.at("/devices/" + string(o.device) + "/provisioning_events"),
		d.at("/audit_entries"), "/v1/audit_entries",
	} {
		if len(d.do(d.root, http.MethodGet, path, nil, 200).data()) == 0 {
			d.t.Errorf("%s is empty", path)
		}
	}
	for _, log := range []string{d.at(""), "/v1"} {
		d.do(d.root, http.MethodGet, log+"/audit_events", nil, 200)
		d.do(d.root, http.MethodGet, log+"/audit_entries/export", nil, 200)
		d.do(d.root, http.MethodPost, log+"/audit_entries/verify", nil, 200)
	}
}

// describeFiles moves what there is as files.
func (d *described) describeFiles() {
	d.t.Helper()
	d.do(d.root, http.MethodPost, d.at("/export"), fieldsOf{"passphrase": testPassphrase}, 200)
	text := d.do(d.root, http.MethodGet, d.at("/export"), nil, 200).raw
	table := d.do(d.root, http.MethodGet, d.at("/devices/export"), nil, 200).raw
	for path, body := range map[string]string{"/v1/import?dry_run=true": text, d.at("/devices/import"): table} {
		d.send(d.root, http.MethodPost, path, body).want(200)
	}
	d.seen["POST /v1/import"], d.seen["POST "+devicesPath+"/import"] = true, true
}

func (d *described) describePlatform() {
	d.t.Helper()
	d.describeFiles()
	d.do(d.root, http.MethodGet, "/v1/platform", nil, 200)
	d.do(d.root, http.MethodPatch, "/v1/platform", fieldsOf{"model_settings": fieldsOf{"T46U": fieldsOf{"network": fieldsOf{"vlan_id": 7}}}}, 200)
	d.do(d.root, http.MethodPost, "/v1/backup", nil, 200)
	d.fakes.bans = []Ban{{Source: netip.MustParsePrefix("192.0.2.9/32"), Since: d.clock.now(), Until: d.clock.now()}}
	d.do(d.root, http.MethodGet, "/v1/bans", nil, 200)
	d.do(d.root, http.MethodDelete, "/v1/bans/192.0.2.9", nil, 204)
	d.do(d.root, http.MethodGet, "/debug/pprof/heap", nil, 200)
	d.cycle("/v1/api_keys", d.create("/v1/api_keys", fieldsOf{"name": "second"}), fieldsOf{"name": "l"})
	account := d.create("/v1/accounts", fieldsOf{
		"name": "Whole", "email": "w@example.com", "phone_admin_password": "Correct-Horse-7", "billing_address": address(),
		"settings": fieldsOf{"regional": fieldsOf{"ntp_servers": []string{"ntp.example.com"}}}, "fax_limit_inbound": 5,
	})
	d.cycle("/v1/accounts", account, fieldsOf{"fax_limit_inbound": nil, "park_fallback": nil, "provision_user": "p", "provision_password": "Correct-Horse-7"})
}

// Every operation is told apart by its event and its identifier.
func TestOperationsAreDistinct(t *testing.T) {
	w := newWorld(t)
	seen := map[string]string{}
	for _, op := range w.server.table() {
		if other, twice := seen[op.path+op.method]; twice {
			t.Errorf("%s %s twice: %s", op.method, op.path, other)
		}
		if op.scope == "" && !op.open {
			t.Errorf("%s %s needs no scope", op.method, op.path)
		}
		if other, twice := seen[operationID(op)]; twice {
			t.Errorf("%s and %s have one identifier", other, op.event)
		}
		seen[op.path+op.method], seen[operationID(op)] = op.event, op.event
		if strings.Count(op.event, ".") != 1 || op.status == 0 || op.summary == "" {
			t.Errorf("%s %s: %s, %s, %q", op.method, op.path, op.event, strconv.Itoa(op.status), op.summary)
		}
	}
}

// describeEmergencies tries what is about calls for help.
func (d *described) describeEmergencies(o office) {
	d.t.Helper()
	made := d.do(d.root, http.MethodPost, d.at("/emergency_test"), fieldsOf{}, 201).id()
	path := d.at("/emergency_calls")
	d.do(d.root, http.MethodGet, path, nil, 200)
	d.do(d.root, http.MethodGet, path+"/"+string(made), nil, 200)
	d.do(d.root, http.MethodPost, path+"/"+string(made)+"/retry", nil, 202)
	d.do(d.root, http.MethodGet, d.at("/emergency_coverage"), nil, 200)
	d.do(d.root, http.MethodGet, d.at("/lint"), nil, 200)
	d.do(d.root, http.MethodGet, d.at("/devices/"+string(o.device)+"/emergency_dry_run"), nil, 200)
	place := d.create(d.at("/locations"), fieldsOf{"name": "Annex", "address": address()})
	d.do(d.root, http.MethodPost, d.at("/locations/"+string(place)+"/e911_retry"), nil, 202)
}
