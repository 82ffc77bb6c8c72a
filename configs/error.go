package configs

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Error is one problem of the configuration.
type Error struct {
	File   string // the file as it was named, or the environment variable; empty when neither set the key
	Line   int    // 1-based; 0 for a variable or a whole file
	Key    string // path of the key, such as sip.udp[0]; empty for a whole file
	Reason string
}

// Error says where, which key and why: "dialtone.yaml:12: sip.udp[0]: …".
func (e *Error) Error() string {
	var b strings.Builder
	if e.File != "" {
		b.WriteString(e.File)
		if e.Line > 0 {
			fmt.Fprintf(&b, ":%d", e.Line)
		}
		b.WriteString(": ")
	}
	if e.Key != "" {
		b.WriteString(e.Key)
		b.WriteString(": ")
	}
	b.WriteString(e.Reason)
	return b.String()
}

// Errors is every problem found, in the order of the file.
type Errors []*Error

// Error puts one problem on a line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, one := range e {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives errors.As and errors.Is each problem.
func (e Errors) Unwrap() []error {
	all := make([]error, len(e))
	for i, one := range e {
		all[i] = one
	}
	return all
}

// err returns nil, and not an empty list, when there is no problem.
func (e Errors) err() error {
	if len(e) == 0 {
		return nil
	}
	return e
}

// sort puts the problems of file first, by line, and those of variables after.
func (e Errors) sort(file string) {
	slices.SortStableFunc(e, func(a, b *Error) int {
		if (a.File == file) != (b.File == file) {
			if a.File == file {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
}
