// Package layout works out which keys a phone really has: the button template, the device's overrides and the
// model's own default, in that order, with a verdict for each key that says whether it works on this phone and, if
// not, why. A key that does not work is never dropped silently: it stays in the list with its reason, and the
// renderer clears it on the phone.
//
// Positions are counted over all pages from 1, as Yealink numbers its line keys. On models with memory keys these
// follow: on a T28P position 7 is memory key 1. Keys of expansion modules have the module's number, from 1.
//
// The package is pure: users, extensions and models are handed in.
package layout
