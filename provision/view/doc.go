// Package view makes what a phone is told out of the store's records: it looks up a device's lines, people, layout
// and settings and hands them to the renderer as plain values. The provisioning server renders from it; the account
// API shows the same with the secrets masked.
//
// Settings come in layers, each over the one before: built-in, daemon, account, model (the daemon's, then the
// account's), device.
package view
