// Package render writes a phone's configuration file: everything about the phone resolved to plain values in, bytes
// out. It knows vendors' parameter names and nothing of records' identifiers, secrets' storage or HTTP.
//
// Three promises hold for every file. The same input gives the same bytes, since phones compare what they fetch with
// what they have. A parameter stands in it once. And whatever this system owns is written even when unset, as a
// clear: a phone keeps the last value of a parameter that is missing from its file, so a removed line or key would
// otherwise stay on it for ever. Parameters this system does not own (ring tones, wallpapers, and volumes and
// brightness an administrator has not set) are left out and so stay as the phone's user set them.
//
// Golden files under testdata show what comes out; `go test -update` rewrites them.
package render
