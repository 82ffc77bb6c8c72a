package provision

import (
	"dialtone/store"
	"dialtone/store/record"
)

// decide says what becomes of a request and fills in what the index knows about it.
// The order is that of a house: the token is the front door, then the network the
// phone stands in, what it wants, who it says it is, and last which room. Every
// look-up is made for every request, so that a refusal tells nothing by its time.
func (s *Server) decide(v *store.View, r *request) result {
	device, found := v.DeviceByMAC(r.mac)
	token, known := v.Token(r.digest, r.now)
	account, alive := store.Get[*record.Account](v, token.Account)
	switch {
	case !known || !alive:
		return resBadToken
	case !inNetworks(account.ProvisionNetworks, r.source):
		r.token, r.account = token, account
		return resNetwork
	}
	r.token, r.account = token, account
	if found && device.Account == account.ID {
		r.device, r.state = device, v.State(device.ID)
	}
	switch {
	case s.replaced(v, r):
		r.detail = "over the URL of its own from before it was armed again; it has used the new one since"
		return resBound
	case !r.method.reads() && !r.method.writes():
		return resBadMethod
	case account.ProvisionUser != "" && !s.authenticated(r):
		return resUnauthorized
	case r.file == fileBad:
		return resBadName
	case r.file == fileOther, r.file == fileCommon:
		return resNoSuchFile
	case r.client.impostor(r.mac):
		return resCertificate
	case r.file == filePhonebook:
		return s.decidePhonebook(v, r)
	case !found:
		return resUnknownMAC
	case r.device == nil:
		return resForeignMAC
	case !device.Enabled:
		return resDisabled
	case token.Device != "" && token.Device != device.ID:
		return resWrongDeviceURL
	case token.Device == "" && account.DeviceBinding && s.bound.is(device, r.state):
		return resBound
	}
	return s.decideFile(v, r)
}

// replaced says whether the URL is a device's own from before it was armed again and
// the new one has been used.
func (s *Server) replaced(v *store.View, r *request) bool {
	if !r.token.Old || r.token.Device == "" {
		return false
	}
	d, ok := store.Get[*record.Device](v, r.token.Device)
	return ok && s.bound.is(d, v.State(d.ID))
}

// decideFile answers for a file of the device that the request may have.
func (s *Server) decideFile(v *store.View, r *request) result {
	switch {
	case r.file == fileBoot:
		return resNoSuchFile
	case r.file.uploaded():
		return resServed // or not, once the stored file is looked for
	case !r.method.reads():
		return resBadMethod
	}
	c := circumstances{
		now: r.now, local: r.local, agent: r.agent,
		enrolling: r.account.DeviceBinding && (r.token.Device == "" || r.token.Old),
	}
	if r.token.Device != "" && r.token.Old {
		r.detail = "over the URL of its own from before it was armed again"
	}
	served, err := s.config(v, r.device, r.state, &c)
	if err != nil {
		r.err = err
		return resError
	}
	r.served = served
	return resServed
}

// decidePhonebook serves the account's directory, under a device's own token to
// that device as long as it is enabled.
func (s *Server) decidePhonebook(v *store.View, r *request) result {
	if !r.method.reads() {
		return resBadMethod
	}
	if r.token.Device != "" {
		d, ok := store.Get[*record.Device](v, r.token.Device)
		if !ok || !d.Enabled {
			return resDisabled
		}
		if mac, err := record.ParseMAC(d.MAC); err == nil && r.client.impostor(mac) {
			return resCertificate
		}
	}
	r.served = s.phonebook(v, r.account, r.now)
	return resServed
}
