// Package clip turns an uploaded sound file into what telephones hear: WAV, MP3 or Ogg
// Opus is decoded, mixed to one channel, resampled, brought to one loudness and encoded
// once in each codec that is played.
//
// A file comes from anybody. What it may cost is bounded by its size, by the length of
// its sound, and by the caller's context; it never takes more memory than MaxLength at
// Rate, whatever it says of itself.
package clip
