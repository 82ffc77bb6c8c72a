package test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestReadme runs the README's examples as they stand there, against a daemon with
// its data folder where the README has it.
func TestReadme(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, script, found := strings.Cut(string(text), "```sh\n")
	script, _, ended := strings.Cut(script, "```")
	if !found || !ended || !strings.Contains(script, "127.0.0.1:8081") {
		t.Fatal("the README has no examples")
	}
	dir := t.TempDir()
	d := start(t, options{data: filepath.Join(dir, "data")})
	cmd := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", strings.ReplaceAll(script, "127.0.0.1:8081", d.Admin))
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{
		`"url":"http://`, "linekey.2.label = Reception", "account.1.user_name = ada", `"result":"not_registered"`, `"event":"device.create"`,
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %q in what the examples print:\n%s", want, out)
		}
	}
	// The files the README points at are there.
	for _, link := range []string{"configs/dialtone.yaml", "configs/dialtone.service", "store/DESIGN.md", "LICENSE", "test/arch_test.go"} {
		if _, err := os.Stat(filepath.Join("..", link)); err != nil || !strings.Contains(string(text), link) {
			t.Errorf("%s: %v", link, err)
		}
	}
}
