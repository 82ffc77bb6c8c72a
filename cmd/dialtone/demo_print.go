package main

import (
	"cmp"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"text/template"

	"dialtone/store"
	"dialtone/store/record"
)

// demoText tells what to open, boot and dial.
var demoText = template.Must(template.New("demo").Parse(`
Account "Demo" ({{.Account}})

Open   {{with .FirstLogin}}{{.}}    the page; the link makes you its owner, once
       {{end}}{{.API}}/v1/openapi.json    the API; its key is in {{.KeyFile}}
       curl -H "Authorization: Bearer $(cat {{.KeyFile}})" {{.API}}/v1/accounts/{{.Account}}/devices

Boot   {{.URL}}    the provisioning URL
{{- range .Phones}}
       Yealink {{.Model}} {{.MAC}}    {{.Name}}
{{- end}}
       Set the URL on a phone of that model, and the phone's own MAC at the device:
       curl -X PATCH -H "Authorization: Bearer $(cat {{.KeyFile}})" --json '{"mac":"<MAC>"}' \
         {{.API}}/v1/accounts/{{.Account}}/devices/{{(index .Phones 0).ID}}

Dial   with a softphone (server {{.Server}}{{with .Transports}}, {{.}}{{end}}):
{{- range .Phones}}
       user {{.User}}  password {{.Password}}  domain {{.Domain}}
{{- end}}
       then 1001 or 1002: the two call each other.

`))

// demoFacts are what the text is filled with.
type demoFacts struct {
	Account                               record.ID
	API, KeyFile, URL, Server, Transports string
	FirstLogin                            string // link; "" when somebody has used it
	Phones                                []demoPhone
}

type demoPhone struct {
	ID                     record.ID
	Model, MAC, Name       string
	User, Password, Domain string
}

// printDemo prints the account as it is now, and the link of its first person while there
// is none.
func (d *daemon) printDemo(account record.ID, firstLogin string) error {
	f := demoFacts{
		Account: account, FirstLogin: firstLogin,
		API:     d.certs.admin.scheme() + "://" + reachable(tcpAddr(d.api.Address()))[0],
		KeyFile: filepath.Join(d.cfg.DataDir, platformKeyFile),
	}
	f.Server, f.Transports = d.demoServer()
	var err error
	d.store.View(func(v *store.View) {
		if f.URL, err = d.demoURL(v, account); err != nil {
			return
		}
		store.Each(v, account, func(dev *record.Device) bool {
			if len(dev.Lines) == 0 {
				return true
			}
			var p demoPhone
			if p, err = d.demoPhone(v, dev); err == nil {
				f.Phones = append(f.Phones, p)
			}
			return err == nil
		})
	})
	if err != nil || len(f.Phones) == 0 {
		return err
	}
	slices.SortFunc(f.Phones, func(a, b demoPhone) int { return cmp.Compare(a.User, b.User) })
	return demoText.Execute(d.terminal.out, &f)
}

// demoURL is the account's provisioning URL, "" before one is generated.
func (d *daemon) demoURL(v *store.View, account record.ID) (string, error) {
	list := store.List[*record.Provisioning](v, account, "", 1)
	if len(list) == 0 {
		return "", nil
	}
	token, err := d.store.Unseal(list[0].ID, store.FieldToken, list[0].Sealed)
	if err != nil {
		return "", err
	}
	base := d.cfg.Provision.PublicURL
	if base == "" {
		bound := tcpAddr(d.phones.Addr())
		host := facing(bound.Addr(), ownAddress())
		base = d.certs.provision.scheme() + "://" + net.JoinHostPort(host.String(), strconv.Itoa(int(bound.Port())))
	}
	return base + "/p/" + token + "/", nil
}

func (d *daemon) demoPhone(v *store.View, dev *record.Device) (demoPhone, error) {
	p := demoPhone{ID: dev.ID, Model: dev.Model, MAC: dev.MAC, Name: dev.Name}
	line := dev.Lines[0]
	if domain, found := store.Get[*record.Domain](v, line.Domain); found {
		p.Domain = domain.Domain
	}
	c, found := store.Get[*record.Credential](v, line.Credential)
	if !found {
		return p, nil
	}
	p.User = c.Username
	var err error
	p.Password, err = d.store.Unseal(c.ID, store.FieldPassword, c.PasswordSealed)
	return p, err
}

// demoServer is where softphones connect to.
func (d *daemon) demoServer() (server, transports string) {
	bound := d.edge.Addrs()
	host := cmp.Or(sipHost(d.cfg.SIP.Advertised, bound), ownAddress().String())
	switch {
	case len(bound.UDP) == 0 && len(bound.TCP) == 0:
		return "none", ""
	case len(bound.UDP) == 0:
		return net.JoinHostPort(host, strconv.Itoa(int(bound.TCP[0].Port()))), "TCP"
	}
	server = net.JoinHostPort(host, strconv.Itoa(int(bound.UDP[0].Port())))
	if len(bound.TCP) == 0 {
		return server, "UDP"
	}
	if bound.TCP[0].Port() == bound.UDP[0].Port() {
		return server, "UDP or TCP"
	}
	return server, "UDP; TCP on port " + strconv.Itoa(int(bound.TCP[0].Port()))
}
