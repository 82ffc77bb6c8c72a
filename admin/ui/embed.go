// Package ui is the administration's web page, built by npm into dist and embedded.
// Without a build dist holds a placeholder only, so that Go needs no npm; the
// administration then says that the page was not built. README.md is for who works
// on the page.
package ui

import (
	"embed"
	"fmt"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Index is the file every address of the page begins with.
const Index = "index.html"

// Files are the built page's: index.html, those under assets/ that carry a hash of
// their content in their names, and beside each its compressed forms (.br, .gz).
func Files() (fs.FS, error) {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, fmt.Errorf("cannot open the embedded page: %w", err)
	}
	return files, nil
}
