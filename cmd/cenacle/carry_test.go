package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"cenacle/internal/sample"
)

// TestExportAndImport moves the demonstration firm to another installation.
func TestExportAndImport(t *testing.T) {
	data, there, dir := t.TempDir(), t.TempDir(), t.TempDir()
	c := typing("")
	if err := c.run(t, "demo", "--json", "--data", data); err != nil {
		t.Fatal(err)
	}
	var people []sample.Person
	if err := json.Unmarshal([]byte(c.out.String()), &people); err != nil {
		t.Fatal(err)
	}
	who, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	identity, archive, foreign := filepath.Join(dir, "identity"), filepath.Join(dir, "firm.tar"), filepath.Join(dir, "foreign")
	err = errors.Join(os.WriteFile(identity, []byte("# mine\n"+who.String()+"\n"), 0o600), os.WriteFile(foreign, []byte("nothing"), 0o600))
	if err != nil {
		t.Fatal(err)
	}
	export := []string{"export", "--data", data, "--firm", people[0].Firm, "--to", archive, "--recipient", who.Recipient().String()}
	c = typing("")
	if err := c.run(t, append(export, "--close")...); err != nil || !strings.Contains(c.err.String(), "Nobody enters it here any more") {
		t.Fatalf("it leaves: %v, %s", err, c.err)
	}
	left, _, _ := strings.Cut(c.out.String(), "\n")
	if err := typing("").run(t, export...); err == nil || exitCode(err) != 1 {
		t.Errorf("over the same file: %v", err)
	}
	for name, args := range map[string][]string{
		"no identity in the file": {"import", "--data", there, "--from", archive, "--identity", foreign},
		"no archive":              {"import", "--data", there, "--from", foreign, "--identity", identity},
		"another firm":            {"import", "--data", there, "--from", archive, "--identity", identity, "--key", "0000"},
		"where it comes from":     {"import", "--data", data, "--from", archive, "--identity", identity},
	} {
		if err := typing("").run(t, args...); err == nil || exitCode(err) != 1 || strings.Contains(err.Error(), who.String()) {
			t.Errorf("%s: %v", name, err)
		}
	}
	c = typing("")
	if err := c.run(t, "import", "--data", there, "--from", archive, "--identity", identity); err != nil {
		t.Fatalf("it arrives: %v", err)
	}
	if came, _, _ := strings.Cut(c.out.String(), "\n"); came != left || !strings.Contains(came, "root ") {
		t.Errorf("it left as\n%s\nand came as\n%s", left, came)
	}
	c = typing("")
	if err := c.run(t, "journal", "verify", "--data", there, "--firm", people[0].Firm); err != nil || !strings.Contains(c.out.String(), "holds") {
		t.Errorf("its journal: %v, %s", err, c.out)
	}
	for _, args := range []string{"export", "export --firm x --to y --recipient z", "import", "import --from x", "export --to x --recipient age1x"} {
		if err := typing("").run(t, strings.Fields(args)...); err == nil || exitCode(err) != 2 {
			t.Errorf("cenacle %s: %v", args, err)
		}
	}
}
