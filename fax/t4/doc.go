// Package t4 codes the rows of fax pages: Modified Huffman (MH) and Modified READ (MR)
// of ITU-T T.4, and Modified Modified READ (MMR) of ITU-T T.6.
//
// A row is packed: one bit a pixel, the leftmost in the most significant bit of the
// first byte, 1 is black, the bits past the width are 0. An Encoder appends the code of
// rows to a buffer; a Decoder takes the code in pieces of any size, as they arrive, and
// hands out rows. Neither keeps more than a few rows in memory.
//
// In MH and MR each row starts after an end-of-line code, so that a Decoder conceals a
// row it cannot read (it repeats the one before), counts it, and goes on with the next.
// MMR has no such codes: what follows a fault is lost.
package t4
