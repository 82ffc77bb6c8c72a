package record

// Platform is what holds for the whole daemon: the lowest settings layer an
// operator can change. There is one.
type Platform struct {
	Meta
	Settings      Settings      `json:"settings" doc:"Phone settings of every account."`
	ModelSettings ModelSettings `json:"model_settings" doc:"Phone settings by model."`
}

// Kind names the platform record.
func (f *Platform) Kind() Kind { return KindPlatform }

// Unique is the record itself.
func (f *Platform) Unique() []Unique {
	return []Unique{{Field: "id", Space: "platform", Value: "platform"}}
}

// References is empty.
func (f *Platform) References() []Reference { return nil }

// Clone is a deep copy.
func (f *Platform) Clone() Record { return deepCopy(f) }

// Validate checks the settings.
func (f *Platform) Validate() error {
	var p Problems
	f.Settings.check("settings", &p)
	f.ModelSettings.check("model_settings", &p)
	return p.Err()
}
