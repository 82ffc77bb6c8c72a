// Package catalog knows phone models: how many accounts, keys and modules each has, which parameter syntax its
// firmware reads, which common file it asks for, and how it names itself in a User-Agent.
//
// The models are data, one embedded YAML file a vendor; adding a phone is adding a row. A model not listed is served
// as its vendor's [Generic] phone. Everything here is a hint for rendering and display: neither a User-Agent nor an
// OUI proves what or who a phone is.
//
// The package is pure: no I/O beyond the embedded files, no state but the compiled table.
package catalog
