package fax

import (
	"time"

	"dialtone/fax/page"
	"dialtone/fax/t30"
	"dialtone/store"
	"dialtone/store/record"
)

// headerTime is how the time stands in the line.
const headerTime = "2006-01-02 15:04 MST"

// header is what stands above each page: who sends it and from which number, where it
// goes, when, and which page of how many. In the United States a fax must say so (47 CFR
// 68.318(d)).
func (s *Service) header(f *record.Fax, pages int) page.Header {
	name, zone := f.Header, time.UTC
	s.config.Store.View(func(v *store.View) {
		a, ok := store.Get[*record.Account](v, f.Account)
		if !ok {
			return
		}
		if name == "" {
			name = a.Name
		}
		if z, err := time.LoadLocation(a.Timezone); err == nil {
			zone = z
		}
	})
	from := f.From
	if name != "" {
		from += " " + name // the number is what must be whole
	}
	return page.Header{Time: s.now().In(zone).Format(headerTime), From: from, To: f.To, Pages: pages}
}

// headerLine draws the line above page n, counted from 1, as wide as the page.
func headerLine(h page.Header, n int, f t30.Format) (*page.Bitmap, error) {
	h.Page = n
	line := h.Bitmap(resolutions[f.Resolution])
	if f.Pixels() == line.Width {
		return line, nil
	}
	wide, err := page.NewBitmap(f.Pixels(), line.Height)
	if err != nil {
		return nil, err
	}
	for y := range line.Height {
		copy(wide.Row(y), line.Row(y))
	}
	return wide, nil
}

// resolutions are those the line is drawn in: the nearest in rows a millimetre.
var resolutions = map[t30.Resolution]page.Resolution{
	t30.Standard: page.Standard, t30.Fine: page.Fine, t30.Superfine: page.Superfine, t30.R300: page.Fine, t30.R400: page.Superfine,
}
