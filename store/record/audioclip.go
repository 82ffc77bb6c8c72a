package record

import (
	"strings"

	"dialtone/store/blob"
)

// MaxAudioClips bounds the clips of an account.
const MaxAudioClips = 200

// AudioClip is music or an announcement, ready to be played in every codec it can be
// played in.
type AudioClip struct {
	Meta
	Name       string `json:"name" doc:"Name of the clip, unique in the account."`
	Format     string `json:"format" api:"readonly" doc:"What the file was: wav, mp3 or opus."`
	Size       int64  `json:"size" api:"readonly" doc:"Size of the file in bytes."`
	DurationMS int    `json:"duration_ms" api:"readonly" doc:"How long it plays, in milliseconds."`
	// Loudness is nil for a file without sound.
	Loudness *float64 `json:"loudness_lufs" api:"readonly" doc:"How loud the file was (ITU-R BS.1770); all clips play at -24 LUFS. Null without any sound."`
	// File is what was sent; the others are what it is played as, frames of 160 bytes.
	File blob.Hash `json:"sha256" api:"readonly" doc:"SHA-256 of the file."`
	PCMU blob.Hash `json:"-" cbor:"pcmu"`
	PCMA blob.Hash `json:"-" cbor:"pcma"`
	G722 blob.Hash `json:"-" cbor:"g722"`
}

// Kind names audio clips.
func (c *AudioClip) Kind() Kind { return KindAudioClip }

// Unique is the name within the account.
func (c *AudioClip) Unique() []Unique {
	return []Unique{{Field: "name", Space: "audio_clip/" + string(c.Account), Value: strings.ToLower(c.Name)}}
}

// References is the account.
func (c *AudioClip) References() []Reference { return nil }

// Files are those the clip needs.
func (c *AudioClip) Files() []blob.Hash { return []blob.Hash{c.File, c.PCMU, c.PCMA, c.G722} }

// Clone is a deep copy.
func (c *AudioClip) Clone() Record { return deepCopy(c) }

// Validate checks the clip by itself.
func (c *AudioClip) Validate() error {
	var p Problems
	p.required("name", &c.Name, MaxName)
	return p.Err()
}
