package tiff

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"dialtone/fax/t4"
)

// tool runs a program of a Debian package in a folder.
func tool(t *testing.T, dir, debian, name string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is not installed (Debian package %s): %v", name, debian, err)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}

func save(t *testing.T, dir, name string, data []byte) string {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func load(t *testing.T, dir, name string) *Document {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return open(t, data)
}

// libtiff reads what we write, without complaint, and finds the same pixels.
func TestLibtiffReadsOurs(t *testing.T) {
	pages := []rows{pattern(1728, 400, 1), pattern(1728, 90, 2)}
	for _, coding := range []t4.Coding{t4.MH, t4.MR, t4.MMR} {
		for _, lsbFirst := range []bool{false, true} {
			t.Run(fmt.Sprint(coding, lsbFirst), func(t *testing.T) {
				dir := t.TempDir()
				save(t, dir, "ours.tif", write(t, Options{Coding: coding, LSBFirst: lsbFirst, K: 4, Software: "Dialtone"}, 1728, pages...))
				info := tool(t, dir, "libtiff-tools", "tiffinfo", "-D", "ours.tif")
				for _, bad := range []string{"Warning", "Error", "unknown field"} {
					if strings.Contains(info, bad) {
						t.Error(info)
					}
				}
				for _, want := range []string{"Image Width: 1728 Image Length: 400", "Resolution: 204, 196 pixels/inch", "Page Number: 1-0", "Software: Dialtone"} {
					if !strings.Contains(info, want) {
						t.Errorf("no %q in\n%s", want, info)
					}
				}
				tool(t, dir, "libtiff-tools", "tiffcp", "-c", "none", "-f", "msb2lsb", "ours.tif", "plain.tif")
				d := load(t, dir, "plain.tif")
				for i, want := range pages {
					if got, _ := read(t, d, i); differ(want, got) != "" {
						t.Errorf("page %d differs", i)
					}
				}
			})
		}
	}
}

// We read what libtiff writes.
func TestWeReadLibtiff(t *testing.T) {
	pages := []rows{pattern(1728, 400, 1), pattern(1728, 90, 2)}
	dir := t.TempDir()
	save(t, dir, "ours.tif", write(t, Options{Coding: t4.MMR}, 1728, pages...))
	for _, compression := range []string{"none", "packbits", "g3:1d", "g3:1d:fill", "g3:2d", "g3:2d:fill", "g4"} {
		for _, order := range []string{"-B", "-L"} {
			for _, fill := range []string{"lsb2msb", "msb2lsb"} {
				for _, perStrip := range []string{"16", "10000"} {
					t.Run(fmt.Sprint(compression, order, fill, perStrip), func(t *testing.T) {
						tool(t, dir, "libtiff-tools", "tiffcp", "-c", compression, "-r", perStrip, order, "-f", fill, "ours.tif", "theirs.tif")
						d := load(t, dir, "theirs.tif")
						for i, want := range pages {
							got, stats := read(t, d, i)
							if diff := differ(want, got); diff != "" || stats.BadRows > 0 {
								t.Errorf("page %d: %+v %s", i, stats, diff)
							}
						}
					})
				}
			}
		}
	}
}

// fax2tiff turns the code of a page, as it comes from a line, into what we decode from it.
func TestFax2tiff(t *testing.T) {
	p := pattern(1728, 400, 3)
	for _, tc := range []struct {
		format t4.Format
		option string
	}{
		{t4.Format{Width: 1728}, "-1"},
		{t4.Format{Width: 1728, MinRowBits: 192}, "-1"},
		{t4.Format{Width: 1728, Coding: t4.MR, K: 2}, "-2"},
		{t4.Format{Width: 1728, Coding: t4.MMR}, "-4"},
	} {
		dir := t.TempDir()
		save(t, dir, "page.fax", code(t, tc.format, p, true))
		tool(t, dir, "libtiff-tools", "fax2tiff", "-M", tc.option, "-X", "1728", "-o", "theirs.tif", "page.fax")
		got, _ := read(t, load(t, dir, "theirs.tif"), 0)
		// It takes the codes at the end for rows.
		if diff := differ(p, got[:min(len(p), len(got))]); diff != "" {
			t.Errorf("%+v: %s", tc.format, diff)
		}
	}
}

// Others find the pages of our PDF as they are, and what it says of itself.
func TestOthersReadPDF(t *testing.T) {
	pages := []rows{pattern(1728, 2200, 1), pattern(1728, 90, 2)}
	for _, coding := range []t4.Coding{t4.MH, t4.MMR} {
		t.Run(coding.String(), func(t *testing.T) {
			dir := t.TempDir()
			d := open(t, write(t, Options{Coding: coding}, 1728, pages...))
			save(t, dir, "ours.pdf", pdf(t, d, Info{Title: "Fax from Zoë", Producer: "Dialtone", Created: sent}))
			info := tool(t, dir, "poppler-utils", "pdfinfo", "-isodates", "ours.pdf")
			for _, want := range []string{
				"Fax from Zoë", "Dialtone", "2026-11-22T14:41:07Z", "JavaScript:      no",
				"Pages:           2", "609.88 x 808.16 pts", "PDF version:     1.4",
			} {
				if !strings.Contains(info, want) {
					t.Errorf("no %q in\n%s", want, info)
				}
			}
			tool(t, dir, "poppler-utils", "pdfimages", "-tiff", "ours.pdf", "image")
			for i, want := range pages {
				if got, _ := read(t, load(t, dir, fmt.Sprintf("image-%03d.tif", i)), 0); differ(want, got) != "" {
					t.Errorf("poppler: page %d differs", i)
				}
			}
			out := tool(t, dir, "ghostscript", "gs", "-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", "-sDEVICE=tiffg4", "-r204x196", "-o", "theirs.tif", "ours.pdf")
			if out != "" {
				t.Error(out)
			}
			theirs := load(t, dir, "theirs.tif")
			for i, want := range pages {
				if got, stats := read(t, theirs, i); differ(want, got) != "" || stats.BadRows > 0 {
					t.Errorf("ghostscript: page %d differs, %+v", i, theirs.Pages[i])
				}
			}
		})
	}
}

// Pages that ghostscript makes of a document are taken over into a PDF with their code.
func TestGhostscriptCodeIsCopied(t *testing.T) {
	dir := t.TempDir()
	save(t, dir, "letter.ps", []byte("%!PS\n/Helvetica findfont 40 scalefont setfont 100 500 moveto (Letter) show showpage showpage\n"))
	for _, device := range []string{"tiffg4", "tiffg3", "tiffg32d", "tiffcrle"} {
		tool(t, dir, "ghostscript", "gs", "-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", "-sDEVICE="+device, "-r204x196", "-sPAPERSIZE=letter", "-o", device+".tif", "letter.ps")
		d := load(t, dir, device+".tif")
		if len(d.Pages) != 2 || d.Pages[0].Width != 1728 || d.Pages[0].XDPI != 204 || d.Pages[0].YDPI != 196 {
			t.Fatalf("%s: %+v", device, d.Pages)
		}
		got, stats := read(t, d, 0)
		if stats.BadRows > 0 || stats.Rows != d.Pages[0].Rows {
			t.Errorf("%s: %+v", device, stats)
		}
		want, _ := read(t, load(t, dir, "tiffg4.tif"), 0)
		if diff := differ(want, got); diff != "" {
			t.Errorf("%s: page differs", device)
		}
	}
	d := load(t, dir, "tiffg4.tif")
	if g4, ended, ok := d.G4(0); !ok || !ended || !bytes.Contains(pdf(t, d, Info{}), g4) {
		t.Errorf("G4 %t, ended %t", ok, ended)
	}
}
