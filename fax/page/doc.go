// Package page makes fax pages: it scales what was uploaded to the resolution of a fax,
// turns grey into black and white, and draws header lines and cover pages.
//
// A page is 1728 pixels wide, which is 215 mm. Its rows are handed out one after the
// other, packed as in package t4: 1 is black, the first pixel in the highest bit.
package page
