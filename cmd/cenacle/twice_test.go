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
	"cenacle/internal/sanction/sanctiontest"
)

// Every command that changes something says first what it will do, and can be run twice:
// the second time it does the same to the same end, or refuses with the reason.
func TestCommandsTwice(t *testing.T) {
	data, dir := t.TempDir(), t.TempDir()
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
	identity, archive, backups := filepath.Join(dir, "identity"), filepath.Join(dir, "firm.tar"), filepath.Join(dir, "backups")
	there, restored := filepath.Join(dir, "there"), filepath.Join(dir, "restored")
	key, err := os.ReadFile(filepath.Join(data, "root.key"))
	err = errors.Join(err, os.WriteFile(identity, []byte(who.String()+"\n"), 0o600), os.Mkdir(there, 0o700), os.Mkdir(restored, 0o700),
		os.WriteFile(filepath.Join(restored, "root.key"), key, 0o600))
	if err != nil {
		t.Fatal(err)
	}
	firm, email := people[0].Firm, people[0].Email
	list := filepath.Join(dir, "list.json")
	if err := os.WriteFile(list, sanctiontest.File("2026-11-20", sanctiontest.Person{Number: 1, Nature: "Navire", Name: "Zorm"}), 0o600); err != nil {
		t.Fatal(err)
	}
	met := map[string]bool{}
	for _, tt := range []struct {
		name, in string
		args     []string
		says     string // before it does anything
		again    string // why not a second time; "" when it does it again
	}{
		{"demo", "", []string{"--data", data}, "Making the demonstration firm", ""},
		{"firm create", "kormoran-zeltplane-41-violett\n", []string{"--data", data, "--name", "Cabinet Neuf", "--lawyer", "Me Neuf", "--email", "neuf@neuf.example"},
			"Opening the firm", "address"},
		{"firm plan", "", []string{"--data", data, "--firm", firm, "--spaces", "400", "--storage", "2 TB"}, "Setting the plan of firm", ""},
		{"firm host", "", []string{"--data", data, "--firm", firm, "--name", "espace.delmas.example", "--unasked"}, "Giving firm", "address already"},
		{"sanction import", "", []string{"--data", data, "--from", list}, "Importing the list", ""},
		{"token create", email + "\n", []string{"--data", data, "--firm", firm, "--email", email}, "Whoever has the token", ""},
		{"migrate", "", []string{"--data", data}, "Migrating the installation", ""},
		{"keys rotate", "", []string{"--data", data, "--firm", firm, "--dry-run"}, "Replacing the key of firm", ""}, // in earnest: TestCRY05
		{"backup", "", []string{"--data", data, "--to", backups}, "Copying the installation", ""},
		{"backup verify", "", []string{"--from", backups}, "Reading a backup", ""},
		{"restore", "", []string{"--from", backups, "--data", restored}, "Restoring backup", "is not empty"},
		{"export", "", []string{"--data", data, "--firm", firm, "--to", archive, "--recipient", who.Recipient().String()}, "Exporting firm", "is there already"},
		{"import", "", []string{"--data", there, "--from", archive, "--identity", identity}, "Importing the firm", "in this installation already"},
		// Nobody of the demonstration has lost a factor; TestPersonReset takes one.
		{"person move", "moved@delmas.example\n", []string{"--data", data, "--email", people[1].Email, "--to", "moved@delmas.example"}, "", "nobody is known by the address"},
		{"person reset-factors", "", []string{"--data", data, "--email", email}, "", ""},
	} {
		met[tt.name] = true
		for n := range 2 {
			c := typing(tt.in)
			err := c.run(t, append(strings.Fields(tt.name), tt.args...)...)
			if tt.name == "person reset-factors" {
				if err == nil || !strings.Contains(err.Error(), "nothing to take") {
					t.Errorf("%s: %v", tt.name, err)
				}
				continue
			}
			if !strings.Contains(c.err.String(), tt.says) {
				t.Errorf("%s does not say first what it will do: %s", tt.name, c.err)
			}
			if n == 0 || tt.again == "" {
				if err != nil {
					t.Errorf("%s, time %d: %v", tt.name, n+1, err)
				}
			} else if err == nil || !strings.Contains(err.Error(), tt.again) {
				t.Errorf("%s again: %v, want %q", tt.name, err, tt.again)
			}
		}
	}
	for _, harmless := range []string{"serve", "verify", "journal verify", "doctor", "config", "version", "support list", "support look"} { // a look: TestSupport
		met[harmless] = true
	}
	for _, c := range commands() {
		if !met[c.name] {
			t.Errorf("nobody runs %s twice", c.name)
		}
	}
}
