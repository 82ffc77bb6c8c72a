package merge

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dialtone/store/record"
)

type part struct {
	Name string `json:"name"`
	Size *int   `json:"size"`
}

type sample struct {
	ID     string            `json:"id" api:"readonly"`
	Fixed  string            `json:"fixed" api:"create"`
	Name   string            `json:"name"`
	Count  int               `json:"count"`
	Small  uint32            `json:"small"`
	Ratio  *float64          `json:"ratio"`
	On     bool              `json:"on"`
	When   *time.Time        `json:"when"`
	Ref    record.ID         `json:"ref"`
	Part   *part             `json:"part"`
	Inline part              `json:"inline"`
	Tags   []string          `json:"tags"`
	Parts  []part            `json:"parts"`
	Codes  map[string]string `json:"codes"`
	Deep   map[string]part   `json:"deep"`
	Secret Optional[string]  `json:"secret" api:"writeonly"`
	Hidden string            `json:"-"`
}

// shape is a variant: each type has fields of its own.
type shape struct {
	Type   string `json:"type"`
	Radius int    `json:"radius"`
	Side   int    `json:"side"`
}

func (s *shape) Variant() string { return s.Type }

// A variant that becomes another one keeps nothing; one that stays keeps what is not named.
func TestApplyVariant(t *testing.T) {
	type drawing struct {
		Shape  shape  `json:"shape"`
		Second *shape `json:"second"`
	}
	for _, tc := range []struct {
		name, doc string
		want      shape
	}{
		{"another type", `{"type":"square","side":2}`, shape{"square", 0, 2}},
		{"the same type", `{"type":"circle","side":2}`, shape{"circle", 1, 2}},
		{"no type", `{"radius":3}`, shape{"circle", 3, 0}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			old := &shape{"circle", 1, 0}
			d := &drawing{Shape: *old, Second: old}
			doc, err := Parse([]byte(`{"shape":` + tc.doc + `,"second":` + tc.doc + `}`))
			if err != nil {
				t.Fatal(err)
			}
			if err := Apply(doc, false, Target{Value: d}); err != nil {
				t.Fatal(err)
			}
			if d.Shape != tc.want || *d.Second != tc.want || *old != (shape{"circle", 1, 0}) {
				t.Errorf("shapes are %+v and %+v, the old one %+v", d.Shape, *d.Second, *old)
			}
		})
	}
}

func newSample() *sample {
	return &sample{Name: "none", Count: 4, On: true, Codes: map[string]string{"park": "*68"}}
}

func filledSample() *sample {
	size, ratio := 3, 0.5
	when := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	return &sample{
		ID: "s1", Fixed: "f", Name: "Ann", Count: 7, Small: 9, Ratio: &ratio, When: &when, Ref: "user_1",
		Part: &part{"p", &size}, Inline: part{"i", &size}, Tags: []string{"a", "b"}, Parts: []part{{"x", nil}},
		Codes: map[string]string{"park": "*70", "other": "*1"}, Deep: map[string]part{"k": {"d", &size}},
	}
}

func TestApply(t *testing.T) {
	for _, tc := range []struct {
		name, doc string
		change    func(s *sample)
	}{
		{"nothing", `{}`, func(*sample) {}},
		{"values", `{"name":"Bob","count":-1,"small":1,"on":true,"ref":"user_2"}`, func(s *sample) {
			s.Name, s.Count, s.Small, s.On, s.Ref = "Bob", -1, 1, true, "user_2"
		}},
		{"null is the default", `{"name":null,"count":null,"on":null,"ratio":null,"when":null,"ref":null,"part":null,"tags":null}`, func(s *sample) {
			s.Name, s.Count, s.On, s.Ratio, s.When, s.Ref, s.Part, s.Tags = "none", 4, true, nil, nil, "", nil, nil
		}},
		{"objects merge", `{"part":{"name":"q"},"inline":{"size":null}}`, func(s *sample) {
			s.Part.Name, s.Inline.Size = "q", nil
		}},
		{"lists are replaced", `{"tags":[],"parts":[{"name":"y","size":2},{}]}`, func(s *sample) {
			two := 2
			s.Tags, s.Parts = []string{}, []part{{"y", &two}, {}}
		}},
		{"maps merge, null is the default's entry", `{"codes":{"park":null,"other":null,"new":"*2"},"deep":{"k":{"name":"e"},"l":{}}}`, func(s *sample) {
			s.Codes = map[string]string{"park": "*68", "new": "*2"}
			s.Deep = map[string]part{"k": {"e", s.Deep["k"].Size}, "l": {}}
		}},
		{"times are UTC", `{"when":"2026-01-02T04:04:05+01:00"}`, func(*sample) {}},
		{"fixed fields as they are", `{"id":"s1","fixed":"f"}`, func(*sample) {}},
		{"optional", `{"secret":"x"}`, func(s *sample) { s.Secret = Optional[string]{Present: true, Value: "x"} }},
		{"optional null", `{"secret":null}`, func(s *sample) { s.Secret = Optional[string]{Present: true, Null: true} }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, want := filledSample(), filledSample()
			tc.change(want)
			if err := apply(tc.doc, got, false); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func apply(doc string, s *sample, create bool) error {
	v, err := Parse([]byte(doc))
	if err != nil {
		return err
	}
	return Apply(v, create, Target{Value: s, Defaults: newSample()})
}

func TestApplyRefuses(t *testing.T) {
	for _, tc := range []struct {
		name, doc string
		fields    map[string]string
	}{
		{"unknown", `{"nome":1,"part":{"sise":1},"Hidden":"x","-":1}`, map[string]string{
			"nome": record.CodeUnknownField, "part.sise": record.CodeUnknownField, "Hidden": record.CodeUnknownField, "-": record.CodeUnknownField,
		}},
		{"case matters", `{"Name":"x"}`, map[string]string{"Name": record.CodeUnknownField}},
		{"types", `{"name":1,"count":"1","on":0,"ratio":"x","when":5,"ref":{},"part":[],"tags":{},"codes":[],"secret":1}`, map[string]string{
			"name": record.CodeWrongType, "count": record.CodeWrongType, "on": record.CodeWrongType, "ratio": record.CodeWrongType, "when": record.CodeWrongType,
			"ref": record.CodeWrongType, "part": record.CodeWrongType, "tags": record.CodeWrongType, "codes": record.CodeWrongType, "secret": record.CodeWrongType,
		}},
		{"nested", `{"parts":[{},{"size":true}],"tags":["a",null],"deep":{"z":{"name":7}}}`, map[string]string{
			"parts[1].size": record.CodeWrongType, "tags[1]": record.CodeWrongType, "deep.z.name": record.CodeWrongType,
		}},
		{"numbers", `{"count":1.0,"small":-1}`, map[string]string{"count": record.CodeWrongType, "small": record.CodeOutOfRange}},
		{"exponents", `{"count":1e3,"small":4294967296}`, map[string]string{"count": record.CodeWrongType, "small": record.CodeOutOfRange}},
		{"huge", `{"count":9223372036854775808,"ratio":1e999}`, map[string]string{"count": record.CodeOutOfRange, "ratio": record.CodeOutOfRange}},
		{"fixed", `{"id":"s2","fixed":"g"}`, map[string]string{"id": record.CodeReadOnly, "fixed": record.CodeReadOnly}},
		{"fixed to null", `{"id":null}`, map[string]string{"id": record.CodeReadOnly}},
		{"time", `{"when":"tomorrow"}`, map[string]string{"when": record.CodeInvalid}},
		{"not an object", `7`, map[string]string{"": record.CodeWrongType}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var p record.Problems
			if err := apply(tc.doc, filledSample(), false); !errors.As(err, &p) {
				t.Fatalf("error is %v", err)
			}
			got := map[string]string{}
			for _, q := range p {
				got[q.Field] = q.Code
			}
			if diff := cmp.Diff(tc.fields, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A record that is being changed shares nothing with the one it was made from.
func TestApplyLeavesTheSource(t *testing.T) {
	source := filledSample()
	want, err := json.Marshal(source)
	if err != nil {
		t.Fatal(err)
	}
	target := *source
	doc := `{"part":{"name":"new","size":99},"inline":{"size":98},"codes":{"park":"x"},"deep":{"k":{"size":97}},"tags":["z"]}`
	if err := apply(doc, &target, false); err != nil {
		t.Fatal(err)
	}
	if got, _ := json.Marshal(source); string(got) != string(want) {
		t.Errorf("source became %s", got)
	}
}

func TestProblemsAreBounded(t *testing.T) {
	var p record.Problems
	err := apply(`{"tags":[`+strings.Repeat("1,", 9000)+`1]}`, newSample(), true)
	if !errors.As(err, &p) || len(p) > maxProblems {
		t.Errorf("%d problems", len(p))
	}
	err = apply(`{"tags":["`+strings.Repeat(`","`, MaxList)+`"]}`, newSample(), true)
	if !errors.As(err, &p) || p[0].Code != record.CodeTooMany {
		t.Errorf("error is %v", err)
	}
}

func TestParseRefuses(t *testing.T) {
	for name, tc := range map[string]struct{ doc, code string }{
		"empty":        {"", CodeNotJSON},
		"two values":   {"{} {}", CodeNotJSON},
		"UTF-8":        {"\"\xc3\x28\"", CodeNotJSON},
		"comma":        {`{"a":1,}`, CodeNotJSON},
		"comment":      {`{} // x`, CodeNotJSON},
		"twice":        {`{"a":{"b":1,"b":1}}`, CodeDuplicate},
		"twice hiding": {`{"a":1,"\u0061":2}`, CodeDuplicate},
		"deep":         {strings.Repeat("[", MaxDepth+1) + strings.Repeat("]", MaxDepth+1), CodeTooDeep},
	} {
		var syntax *SyntaxError
		if _, err := Parse([]byte(tc.doc)); !errors.As(err, &syntax) || syntax.Code != tc.code {
			t.Errorf("%s: error is %v", name, err)
		}
	}
	if _, err := Parse([]byte(strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth))); err != nil {
		t.Errorf("the deepest document: %v", err)
	}
}

// Whatever is sent, nothing panics; what is taken can be shown and sent again, and
// changes nothing then.
func FuzzApply(f *testing.F) {
	for _, doc := range []string{
		`{}`, `null`, `[]`, `{"name":null}`, `{"part":{"name":"q","size":1}}`, `{"deep":{"k":null}}`, `{"codes":{"park":null}}`,
		`{"count":1e3}`, `{"when":"2026-01-02T04:04:05+01:00"}`, `{"a":1,"a":2}`, `{"parts":[{"size":null}]}`, `{"ratio":-0.0}`, "{\"name\":\"\xff\"}",
	} {
		f.Add([]byte(doc))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		v, err := Parse(doc)
		if err != nil {
			return
		}
		s := filledSample()
		if Apply(v, false, Target{Value: s, Defaults: newSample()}) != nil {
			return
		}
		s.Secret = Optional[string]{}
		shown, err := json.Marshal(s)
		if err != nil {
			t.Skip(err) // a year beyond what RFC 3339 writes
		}
		again, err := Parse(shown)
		if err != nil {
			t.Fatal(err)
		}
		delete(again.(Object), "secret")
		if err := Apply(again, false, Target{Value: s, Defaults: newSample()}); err != nil {
			t.Fatalf("%s: %v", shown, err)
		}
		if after, _ := json.Marshal(s); string(after) != string(shown) {
			t.Errorf("%s became %s", shown, after)
		}
	})
}
