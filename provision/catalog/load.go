package catalog

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
)

//go:embed *.yaml
var files embed.FS

// file is one vendor's embedded YAML.
type file struct {
	Vendor  string            `yaml:"vendor"`
	OUIs    []string          `yaml:"ouis"`
	Buttons map[Kind][]string `yaml:"buttons"`
	Generic row               `yaml:"generic"`
	Models  []row             `yaml:"models"`
}

// row is a model as written; the file's header explains the columns.
type row struct {
	Name     string   `yaml:"name"`
	Also     []string `yaml:"also"`
	Kind     Kind     `yaml:"kind"`
	Family   Family   `yaml:"family"`
	Accounts int      `yaml:"accounts"`
	Lines    int      `yaml:"lines"`
	Phys     int      `yaml:"phys"`
	Pages    int      `yaml:"pages"`
	Memory   int      `yaml:"memory"`
	Prog     string   `yaml:"prog"`
	Modules  int      `yaml:"modules"`
	Per      int      `yaml:"per"`
	Exp      []string `yaml:"exp"`
	ExpSkip  string   `yaml:"expskip"`
	Code     string   `yaml:"code"`
	FW       string   `yaml:"fw"`
	Screen   string   `yaml:"screen"`
	Handsets int      `yaml:"handsets"`
	ZeroLine bool     `yaml:"zeroline"`
	Note     string   `yaml:"note"`
}

// Load compiles the embedded files. The error names the file and the model; it can only come from a bad file in the
// binary.
func Load() (*Table, error) {
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("cannot list the model files: %w", err)
	}
	t := newTable()
	for _, name := range names {
		data, err := files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("cannot read model file %q: %w", name, err)
		}
		if err := t.read(data); err != nil {
			return nil, fmt.Errorf("cannot read model file %q: %w", name, err)
		}
	}
	t.sort()
	return t, nil
}

// read adds one vendor's file to the table.
func (t *Table) read(data []byte) error {
	var f file
	if err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(&f); err != nil {
		return err
	}
	if f.Vendor == "" || f.Vendor != strings.ToLower(f.Vendor) {
		return fmt.Errorf("vendor %q is not lower case", f.Vendor)
	}
	for _, oui := range f.OUIs {
		if len(oui) != 6 || !isHex(oui) {
			return fmt.Errorf("OUI %q is not six hexadecimal digits", oui)
		}
		t.ouis[oui] = f.Vendor
	}
	generic, err := f.model(f.Generic)
	if err != nil {
		return err
	}
	t.generic[f.Vendor] = generic
	for _, r := range f.Models {
		m, err := f.model(r)
		if err != nil {
			return err
		}
		if err := t.add(m); err != nil {
			return err
		}
	}
	return nil
}

// model turns a row into a checked model.
func (f *file) model(r row) (*Model, error) {
	m := &Model{
		Vendor: f.Vendor, Name: r.Name, Aliases: r.Also, Kind: r.Kind, Family: r.Family,
		Accounts: r.Accounts, LineKeys: r.Lines, PhysicalKeys: r.Phys, Pages: r.Pages, MemoryKeys: r.Memory,
		Modules: r.Modules, KeysPerModule: r.Per, ModuleNames: r.Exp,
		CommonCode: r.Code, Handsets: r.Handsets, ZeroBasedLines: r.ZeroLine, Note: r.Note,
	}
	if m.Kind == "" {
		m.Kind = Deskphone
	}
	if m.Family == "" {
		m.Family = V8x
	}
	m.buttons = f.Buttons[m.Kind]
	if r.FW != "" {
		m.FirmwarePrefixes = strings.Split(r.FW, ",")
	}
	var errs [3]error
	m.ProgrammableKeys, errs[0] = parseRanges(r.Prog)
	m.ModuleKeysUnset, errs[1] = parseRanges(r.ExpSkip)
	m.Screen, errs[2] = parseScreen(r.Screen)
	if err := errors.Join(append(errs[:], m.check())...); err != nil {
		return nil, fmt.Errorf("cannot use model %q: %w", r.Name, err)
	}
	return m, nil
}

// parseRanges reads "1-10,12-14" into ascending numbers.
func parseRanges(s string) ([]int, error) {
	if s == "" {
		return nil, nil
	}
	var keys []int
	for part := range strings.SplitSeq(s, ",") {
		from, to, isRange := strings.Cut(part, "-")
		if !isRange {
			to = from
		}
		first, err1 := strconv.Atoi(from)
		last, err2 := strconv.Atoi(to)
		if err1 != nil || err2 != nil || first < 1 || last < first || last > 999 ||
			(len(keys) > 0 && first <= keys[len(keys)-1]) {
			return nil, fmt.Errorf("key range %q is not ascending numbers from 1", s)
		}
		for k := first; k <= last; k++ {
			keys = append(keys, k)
		}
	}
	return keys, nil
}

// parseScreen reads "480x272 colour", "mono" or "".
func parseScreen(s string) (Screen, error) {
	fields := strings.Fields(s)
	if len(fields) == 0 {
		return Screen{}, nil
	}
	screen := Screen{Class: ScreenClass(fields[len(fields)-1])}
	if !slices.Contains([]ScreenClass{Mono, Colour, Touch}, screen.Class) || len(fields) > 2 {
		return Screen{}, fmt.Errorf("screen %q is not WIDTHxHEIGHT and mono, colour or touch", s)
	}
	if len(fields) == 2 {
		width, height, _ := strings.Cut(fields[0], "x")
		var errW, errH error
		screen.Width, errW = strconv.Atoi(width)
		screen.Height, errH = strconv.Atoi(height)
		if errW != nil || errH != nil || screen.Width < 1 || screen.Height < 1 {
			return Screen{}, fmt.Errorf("screen size %q is not WIDTHxHEIGHT", fields[0])
		}
	}
	return screen, nil
}
