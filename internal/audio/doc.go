// Package audio turns telephone audio from one form into another: G.711 (both laws),
// G.722 at 64 kbit/s, linear samples at 8 and 16 kHz, and the tones of a line. It knows
// nothing of packets; nothing in it allocates while audio runs.
//
// Linear samples are int16. Levels are in dBm0 (G.711 section 5): a sine that just fits
// is +3.17 dBm0.
package audio
