package admin

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the description of the API for the page")

// The page's client is made from ui/openapi.json, so that npm needs no daemon. It must
// be what the daemon serves: go test ./admin -run OpenAPIFile -update writes it.
func TestOpenAPIFile(t *testing.T) {
	w := newWorld(t)
	doc := w.server.describe()
	doc.Info.Version = "" // of the binary, not of the API
	text, err := json.MarshalIndent(doc, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, '\n')
	path := filepath.Join("ui", "openapi.json")
	if *update {
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	stored, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(stored, text) {
		t.Errorf("%s is not what the daemon serves: run go test ./admin -run OpenAPIFile -update", path)
	}
}
