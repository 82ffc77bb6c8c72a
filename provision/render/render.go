package render

import (
	"errors"
	"fmt"
)

// ErrVendor says that no configuration file can be written for a vendor's phones.
var ErrVendor = errors.New("no configuration format for this vendor")

// Append appends the configuration file of p in its vendor's format. On an error dst is returned as it was; the
// error names the parameter whose value cannot be written.
func Append(dst []byte, p *Phone) ([]byte, error) {
	if p.Model.Vendor != "yealink" {
		return dst, fmt.Errorf("cannot render %q: %w", p.Model.Vendor, ErrVendor)
	}
	return AppendYealink(dst, p)
}
