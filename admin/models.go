package admin

import (
	"cmp"
	"net/http"
	"slices"

	"dialtone/provision/catalog"
	"dialtone/store/record"
)

// modelView is what a phone model has, for choosing one and for drawing it.
type modelView struct {
	Vendor          string   `json:"vendor" doc:"Maker, lower case."`
	Model           string   `json:"model" doc:"Name as printed on the phone; Generic stands for every model that is not listed."`
	Aliases         []string `json:"aliases" doc:"Further names it is sold under or reports."`
	Generic         bool     `json:"generic" doc:"Whether it stands for the models that are not listed."`
	Kind            string   `json:"kind" doc:"deskphone, conference, dect_base or dect_handset."`
	Type            string   `json:"type" doc:"Type of device it is: deskphone, dect_base or dect_handset."`
	Accounts        int      `json:"accounts" doc:"How many lines it can register."`
	LineKeys        int      `json:"line_keys" doc:"Keys that can be set, over all pages; they are numbered from 1."`
	PhysicalKeys    int      `json:"physical_keys" doc:"Keys beside the screen, the one that turns pages among them; 0 where not known or on the screen."`
	Pages           int      `json:"pages" doc:"Pages of keys; 0 where not known."`
	KeysPerPage     int      `json:"keys_per_page" doc:"Keys that can be set on each page; 0 where not known."`
	MemoryKeys      int      `json:"memory_keys" doc:"Further keys with paper labels; they are numbered after the line keys."`
	Modules         int      `json:"modules" doc:"Expansion modules it takes."`
	ModuleNames     []string `json:"module_names" doc:"Which expansion modules fit."`
	KeysPerModule   int      `json:"keys_per_module" doc:"Keys of each module, over all pages."`
	ModuleKeysUnset []int    `json:"module_keys_unset" doc:"Keys of a module that cannot be set."`
	ButtonTypes     []string `json:"button_types" doc:"Types of button its keys can be."`
	Handsets        int      `json:"handsets" doc:"Handsets a DECT base serves."`
	Screen          screen   `json:"screen" doc:"Its display."`
	Note            string   `json:"note" doc:"Where documents disagree or are silent, and what was chosen."`
}

// screen is a model's display.
type screen struct {
	Class  string `json:"class" doc:"mono, colour, touch, or empty where there is none or nothing is known."`
	Width  int    `json:"width" doc:"Pixels; 0 where not known."`
	Height int    `json:"height" doc:"Pixels; 0 where not known."`
}

func modelOperations() []*operation {
	return []*operation{{
		method: http.MethodGet, path: "/v1/models", event: "model.list", scope: record.ScopeRead,
		summary: "Lists the phone models that are known: keys, pages of keys, expansion modules, screen.",
		answer:  typeOf[modelView](), list: true, query: []parameter{{name: "model", doc: "Only the model of this name or alias, the generic one if there is none."}},
		status: http.StatusOK, handle: handleModels,
	}}
}

func handleModels(c *call) (*answer, error) {
	q := c.query()
	limit, after := q.limit(), q.cursor(func(text string) bool { return text != "" })
	if err := q.err(); err != nil {
		return nil, err
	}
	list := knownModels()
	if name := q.text("model"); name != "" {
		m, known := catalog.Find("", name)
		if !known {
			m = catalog.Generic("")
		}
		list = []modelView{showModel(m)}
	}
	return ok(pageOfPlaces(list, limit, after, func(m modelView) string { return m.Vendor + " " + m.Model })), nil
}

// knownModels is the catalogue with the generic phones, sorted by vendor and name.
func knownModels() []modelView {
	var list []modelView
	generic := map[string]bool{}
	for _, m := range catalog.Models() {
		if g := catalog.Generic(m.Vendor); !generic[g.Vendor] {
			generic[g.Vendor] = true
			list = append(list, showModel(g))
		}
		list = append(list, showModel(m))
	}
	slices.SortFunc(list, func(a, b modelView) int { return cmp.Compare(a.Vendor+" "+a.Model, b.Vendor+" "+b.Model) })
	return list
}

func showModel(m *catalog.Model) modelView {
	return modelView{
		Vendor: m.Vendor, Model: m.Name, Aliases: orEmpty(m.Aliases), Generic: m == catalog.Generic(m.Vendor),
		Kind: string(m.Kind), Type: typeOfModel(m),
		Accounts: m.Accounts, LineKeys: m.LineKeys, PhysicalKeys: m.PhysicalKeys, Pages: m.Pages, KeysPerPage: m.KeysPerPage(),
		MemoryKeys: m.MemoryKeys, Modules: m.Modules, ModuleNames: orEmpty(m.ModuleNames), KeysPerModule: m.KeysPerModule,
		ModuleKeysUnset: orEmpty(m.ModuleKeysUnset), ButtonTypes: supported(m), Handsets: m.Handsets,
		Screen: screen{string(m.Screen.Class), m.Screen.Width, m.Screen.Height}, Note: m.Note,
	}
}

func supported(m *catalog.Model) []string {
	list := []string{}
	for _, t := range record.ButtonTypes() {
		if m.Supports(t) {
			list = append(list, t)
		}
	}
	return list
}

// orEmpty is a list that JSON shows as one.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
