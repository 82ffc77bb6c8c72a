// Package fax receives and sends faxes, and holds accounts to their limits.
//
// A limit is the number of fax calls that may be admitted within any 3,600 seconds, per
// account and direction. The window is an exact sliding log ([Limiter]): a call admitted
// at t counts as long as now − t < 3,600 s. What counts is decided once, at admission; a
// refused call does not count, and one that was not answered through no fault of its
// sender is given back.
package fax
