package render

// language sets the menus and the web page. Languages a phone has no pack for fall back to English by themselves.
func (w *writer) language(code *string) {
	name, number := "", ""
	if code != nil {
		name, number = languages[*code], handsetLanguages[*code]
	}
	if w.base {
		w.text("lang.wui", name)
		w.text("custom.handset.language", number)
		return
	}
	w.text("lang.gui", name)
	w.text("lang.wui", name)
}

// languages are lang.gui's names. Yealink has no Dutch.
var languages = map[string]string{
	"en": "English", "fr": "French", "de": "German", "es": "Spanish", "it": "Italian",
	"pt": "Portuguese", "pl": "Polish", "tr": "Turkish", "ru": "Russian",
}

// handsetLanguages are the numbers of custom.handset.language that are documented.
var handsetLanguages = map[string]string{"en": "0", "fr": "1", "de": "2", "it": "3", "es": "6"}

// tones is voice.tone.country for an ISO 3166 code, empty where the phone has no such set. Canada uses the North
// American tones.
func tones(country *string) string {
	if country == nil {
		return ""
	}
	return toneCountries[*country]
}

var toneCountries = map[string]string{
	"US": "United States", "CA": "United States", "GB": "Great Britain", "FR": "France", "DE": "Germany", "AT": "Austria",
	"AU": "Australia", "BE": "Belgium", "BR": "Brazil", "CL": "Chile", "CN": "China", "CZ": "Czech", "DK": "Denmark",
	"ES": "Spain", "FI": "Finland", "GR": "Greece", "HU": "Hungary", "IN": "India", "IT": "Italy", "JP": "Japan",
	"LT": "Lithuania", "MX": "Mexico", "NL": "Netherlands", "NO": "Norway", "NZ": "New Zealand", "PT": "Portugal",
	"RU": "Russia", "SE": "Sweden", "CH": "Switzerland",
}
