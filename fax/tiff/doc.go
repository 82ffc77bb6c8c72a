// Package tiff reads and writes the files that hold fax pages.
//
// A Writer makes TIFF-F (TIFF 6.0; profiles S and F of RFC 2301 and RFC 2306): one image
// a page, one strip an image. After each page the file is whole, so that a process that
// dies loses the page it was at and no other. Open reads bi-level TIFF of any kind that
// fax machines, scanners and ghostscript make. A PDF is written with the same strips:
// T.6 code is copied as it is.
//
// Rows are packed as in package t4: 1 is black, the first pixel in the highest bit.
// What a file may ask for is bounded before memory or time is spent on it.
package tiff
