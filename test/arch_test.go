package test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

const module = "dialtone/"

// room is where a package stands: it imports lower layers, and packages of its
// own top folder and layer with a lower order.
type room struct{ layer, order int }

// rooms is every package folder there may be. A new one needs a line here.
var rooms = map[string]room{
	"store/kv":        {0, 0},
	"store/kv/badger": {0, 2},
	"store/kv/kvtest": {0, 1},
	"store/blob":      {0, 0},
	"store/folder":    {0, 1},
	"store/journal":   {0, 2},
	"e911/number":     {0, 0},
	"e911/pidflo":     {0, 0},
	"internal/seal":   {0, 0},
	"internal/netx":   {0, 0},
	"internal/httpx":  {0, 0},
	"internal/audio":  {0, 0},
	"internal/udpio":  {0, 0},
	"internal/stack":  {0, 0},
	"sip/admission":   {0, 0},
	"sip/wire":        {0, 0},
	"sip/digest":      {0, 0},
	"sip/sdp":         {0, 0},
	"fax/t30":         {0, 0},
	"fax/t38/udptl":   {0, 0},
	"fax/t38/ifp":     {0, 0},
	"fax/t38":         {0, 1},
	"fax/t4":          {0, 0},
	"fax/page":        {0, 1},
	"fax/tiff":        {0, 2},

	"internal/netx/acmetest": {0, 0},
	"internal/audio/clip":    {0, 1},
	"internal/audio/prompt":  {0, 2},
	"internal/audio/tune":    {0, 2},

	"provision/catalog":     {0, 0},
	"provision/render/zone": {0, 0},

	"store/record": {1, 0},

	"store":            {2, 0},
	"sip/route":        {2, 0},
	"provision/layout": {2, 0},
	"admin/merge":      {2, 0},
	"provision/render": {2, 1},

	"internal/outbox":     {3, 0},
	"internal/recording":  {3, 0},
	"internal/transcribe": {3, 0},
	"provision/view":      {3, 0},

	"e911": {4, 0},
	"fax":  {4, 0},

	"sip/media":       {5, 0},
	"sip/registrar":   {5, 0},
	"sip/transaction": {5, 0},
	"sip/dialog":      {5, 1},
	"sip/trunk":       {5, 2},
	"sip/event":       {5, 2},
	"sip/call":        {5, 3},
	"sip/park":        {5, 4},
	"sip/queue":       {5, 4},
	"sip":             {5, 5},
	"provision":       {5, 0},
	"admin/ui":        {5, 0},
	"admin":           {5, 1},

	"configs": {6, 0},

	"cmd/dialtone": {7, 0},

	"test/peer":                   {8, 0},
	"test/spandsp":                {8, 0},
	"test/load":                   {8, 0},
	"test/load/cmd/sipload":       {8, 1},
	"test/bench":                  {8, 0},
	"test/bench/sip":              {8, 1},
	"test/bench/sip/cmd/sipbench": {8, 2},
	"test":                        {8, 1},
}

// outside is who may import a module of somebody else's: folders, with those
// below them, or one folder alone with "=".
var outside = map[string][]string{
	"github.com/dgraph-io/badger": {"store"},
	"github.com/pion/rtp":         {"=sip/media", "test"},
	"github.com/emiago/sipgo":     {"sip", "test"},
	"github.com/pion/srtp":        {"=sip/media"},
	"github.com/wneessen/go-mail": {"=internal/outbox"},
}

// source is one Go file.
type source struct {
	file    string
	test    bool
	tagged  bool // has a build constraint
	imports []string
	inits   bool
	newsUA  bool // calls sipgo.NewUA
}

func (s source) dir() string { return path.Dir(s.file) }

func TestArchitecture(t *testing.T) {
	sources := scan(t, os.DirFS(".."))
	if len(sources) == 0 {
		t.Fatal("no sources found")
	}
	for _, complaint := range check(sources) {
		t.Error(complaint)
	}
}

// scan parses every file of this module, other modules inside it left out.
func scan(t *testing.T, tree fs.FS) (all []source) {
	t.Helper()
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return skip(tree, name)
		case path.Ext(name) != ".go":
			return nil
		}
		text, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		s, err := read(name, text)
		all = append(all, s)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func skip(tree fs.FS, dir string) error {
	base := path.Base(dir)
	if dir == "." {
		return nil
	}
	if base == "testdata" || base == "node_modules" || base[0] == '.' || base[0] == '_' {
		return fs.SkipDir
	}
	if _, err := fs.Stat(tree, path.Join(dir, "go.mod")); err == nil {
		return fs.SkipDir
	}
	return nil
}

func read(name string, text []byte) (source, error) {
	s := source{file: name, test: strings.HasSuffix(name, "_test.go")}
	f, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return s, fmt.Errorf("cannot parse %q: %w", name, err)
	}
	for _, imp := range f.Imports {
		p, err := strconv.Unquote(imp.Path.Value)
		if err != nil {
			return s, err
		}
		s.imports = append(s.imports, p)
	}
	for _, group := range f.Comments {
		for _, c := range group.List {
			s.tagged = s.tagged || c.Pos() < f.Package && strings.HasPrefix(c.Text, "//go:build ")
		}
	}
	for _, decl := range f.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
			s.inits = true
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == "NewUA" {
			s.newsUA = true
		}
		return true
	})
	return s, nil
}

// check applies every rule.
func check(sources []source) (complaints []string) {
	unknown := make(map[string]bool)
	for _, s := range sources {
		if _, known := rooms[s.dir()]; !known && !unknown[s.dir()] {
			unknown[s.dir()] = true
			complaints = append(complaints, s.dir()+": not in the table of rooms")
		}
		if s.test {
			continue
		}
		for _, reason := range s.complaints() {
			complaints = append(complaints, s.file+": "+reason)
		}
	}
	return complaints
}

// complaints are those about one file that is no test.
func (s source) complaints() (all []string) {
	if s.inits {
		all = append(all, "has an init function")
	}
	if s.newsUA && s.dir() != "sip" && !within(s.dir(), "test") {
		all = append(all, "builds a SIP user agent: that is for sip alone")
	}
	for _, p := range s.imports {
		if p == "C" && (!within(s.dir(), "test") || !s.tagged) {
			all = append(all, "uses cgo outside of a tagged file of test")
		}
		if reason := refuse(s.dir(), p); reason != "" {
			all = append(all, reason)
		}
	}
	return all
}

// refuse says why a package may not import another; empty if it may.
func refuse(from, imported string) string {
	if to, ours := strings.CutPrefix(imported, module); ours {
		return refuseOurs(from, to)
	}
	for prefix, folders := range outside {
		if within(imported, prefix) && !slices.ContainsFunc(folders, func(f string) bool {
			return f == "="+from || within(from, f)
		}) {
			return "imports " + imported + ": that is for " + strings.TrimPrefix(folders[0], "=") + " alone"
		}
	}
	return ""
}

func refuseOurs(from, to string) string {
	a, fromKnown := rooms[from]
	b, toKnown := rooms[to]
	switch {
	case !fromKnown:
		return "" // said once for the folder
	case !toKnown:
		return "imports " + to + ", which is not in the table of rooms"
	case b.layer < a.layer:
		return ""
	case b.layer == a.layer && b.order < a.order && top(from) == top(to):
		return ""
	}
	return fmt.Sprintf("%s (layer %d, order %d) imports %s (layer %d, order %d)", from, a.layer, a.order, to, b.layer, b.order)
}

// within reports whether a path is folder or below it.
func within(p, folder string) bool { return p == folder || strings.HasPrefix(p, folder+"/") }

func top(p string) string {
	first, _, _ := strings.Cut(p, "/")
	return first
}

// The rules refuse what they should, and nothing else.
func TestImportRules(t *testing.T) {
	for _, tc := range []struct {
		from, to string
		ok       bool
	}{
		{"cmd/dialtone", "dialtone/configs", true},
		{"configs", "dialtone/cmd/dialtone", false},
		{"configs", "dialtone/sip", true},
		{"sip", "dialtone/configs", false},
		{"sip", "dialtone/provision", false},
		{"provision", "dialtone/sip", false},
		{"provision", "dialtone/admin", false},
		{"admin", "dialtone/provision", false},
		{"admin", "dialtone/sip/registrar", false},
		{"admin", "dialtone/admin/ui", true},
		{"admin/ui", "dialtone/admin", false},
		{"admin", "dialtone/provision/view", true},
		{"admin", "dialtone/store", true},
		{"e911", "dialtone/fax", false},
		{"fax", "dialtone/e911", false},
		{"fax", "dialtone/sip/dialog", false},
		{"fax", "dialtone/sip/sdp", true},
		{"sip/call", "dialtone/e911", true},
		{"e911", "dialtone/internal/outbox", true},
		{"internal/outbox", "dialtone/e911", false},
		{"internal/outbox", "dialtone/store", true},
		{"store", "dialtone/store/record", true},
		{"store", "dialtone/store/kv", true},
		{"store", "dialtone/provision/layout", false},
		{"provision/layout", "dialtone/store", false},
		{"sip/route", "dialtone/store", false},
		{"sip/route", "dialtone/e911/number", true},
		{"store/record", "dialtone/store", false},
		{"store/record", "dialtone/e911/number", true},
		{"e911/number", "dialtone/store/record", false},
		{"store/kv/badger", "dialtone/store/kv", true},
		{"store/kv", "dialtone/store/kv/badger", false},
		{"store/kv", "dialtone/store/blob", false},
		{"internal/httpx", "dialtone/internal/netx", false},

		{"provision/layout", "dialtone/provision/catalog", true},
		{"provision/catalog", "dialtone/provision/layout", false},
		{"provision/render", "dialtone/provision/layout", true},
		{"provision/layout", "dialtone/provision/render", false},
		{"provision/render", "dialtone/provision/render/zone", true},
		{"provision/render/zone", "dialtone/provision/render", false},
		{"provision/view", "dialtone/provision/render", true},
		{"provision/render", "dialtone/provision/view", false},
		{"provision", "dialtone/provision/view", true},
		{"provision/view", "dialtone/provision", false},

		{"sip/dialog", "dialtone/sip/media", true},
		{"sip/media", "dialtone/sip/dialog", false},
		{"sip/media", "dialtone/sip/registrar", false},
		{"sip/registrar", "dialtone/sip/media", false},
		{"sip/registrar", "dialtone/sip/digest", true},
		{"sip/trunk", "dialtone/sip/dialog", true},
		{"sip/trunk", "dialtone/sip/event", false},
		{"sip/dialog", "dialtone/sip/trunk", false},
		{"sip/call", "dialtone/sip/event", true},
		{"sip/event", "dialtone/sip/call", false},
		{"sip/park", "dialtone/sip/call", true},
		{"sip/park", "dialtone/sip/queue", false},
		{"sip/call", "dialtone/sip/queue", false},
		{"sip", "dialtone/sip/park", true},
		{"sip/park", "dialtone/sip", false},

		{"store", "dialtone/test/peer", false},
		{"test", "dialtone/test/peer", true},
		{"store", "dialtone/util", false},
		{"store", "dialtonelike/x", true},

		{"store/kv/badger", "github.com/dgraph-io/badger/v4", true},
		{"admin", "github.com/dgraph-io/badger/v4", false},
		{"cmd/dialtone", "github.com/dgraph-io/badger/v4/options", false},
		{"sip/media", "github.com/pion/rtp", true},
		{"sip/call", "github.com/pion/rtp", false},
		{"sip/media/relay", "github.com/pion/rtp", false},
		{"sip/call", "github.com/pion/rtcp", true},
		{"sip/dialog", "github.com/emiago/sipgo/sip", true},
		{"e911", "github.com/emiago/sipgo/sip", false},
		{"test/peer", "github.com/emiago/sipgo", true},
		{"admin", "net/http", true},
	} {
		if reason := refuse(tc.from, tc.to); (reason == "") != tc.ok {
			t.Errorf("%s imports %s: %q, want allowed %t", tc.from, tc.to, reason, tc.ok)
		}
	}
}

// The rules about files find what they are for in a tree made for it.
func TestFileRules(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	tree := fstest.MapFS{
		"go.mod":                     file("module dialtone"),
		"store/a.go":                 file("package store\n\nimport _ \"dialtone/sip\"\n"),
		"store/a_test.go":            file("package store\n\nimport _ \"dialtone/sip\"\n\nfunc init() {}\n"),
		"store/testdata/x.go":        file("package x\n\nfunc init() {}\n"),
		"fax/b.go":                   file("package fax\n\nfunc init() {}\n\ntype t struct{}\n\nfunc (t) init() {}\n"),
		"fax/t4/c.go":                file("package t4\n\nimport \"C\"\n"),
		"fax/t4/d.go":                file("//go:build spandsp\n\npackage t4\n\nimport \"C\"\n"),
		"test/peer/e.go":             file("//go:build spandsp\n\npackage peer\n\nimport \"C\"\n"),
		"test/peer/f.go":             file("package peer\n\n//go:build spandsp\nimport \"C\"\n"),
		"sip/g.go":                   file("package sip\n\nimport \"github.com/emiago/sipgo\"\n\nvar ua, err = sipgo.NewUA()\n"),
		"sip/call/h.go":              file("package call\n\nimport gg \"github.com/emiago/sipgo\"\n\nvar ua, err = gg.NewUA()\n"),
		"util/i.go":                  file("package util\n"),
		"util/j.go":                  file("package util\n"),
		"tools/go.mod":               file("module tools"),
		"tools/k.go":                 file("package tools\n\nfunc init() {}\n"),
		"admin/ui/node_modules/l.go": file("package l\n\nfunc init() {}\n"),
	}
	got := check(scan(t, tree))
	want := []string{
		"fax/b.go: has an init function",
		"fax/t4/c.go: uses cgo outside of a tagged file of test",
		"fax/t4/d.go: uses cgo outside of a tagged file of test",
		"sip/call/h.go: builds a SIP user agent: that is for sip alone",
		"store/a.go: store (layer 2, order 0) imports sip (layer 5, order 5)",
		"test/peer/f.go: uses cgo outside of a tagged file of test",
		"util: not in the table of rooms",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
