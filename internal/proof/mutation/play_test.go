package mutation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// lent is what mutants are written with, in a package that exists for the compiler
// alone.
const lent = `// Package mutant chooses which mutant lives.
package mutant

import (
	"os"
	"slices"
	"strconv"
)

var alive, _ = strconv.Atoi(os.Getenv("CENACLE_MUTANT"))

func On(n int) bool { return n == alive }

func Pick[T any](n int, is, other T) T {
	if On(n) {
		return other
	}
	return is
}

func Less[T any](n int, list []T) []T { return Without(n, list, len(list)-1) }

func Without[T any](n int, list []T, i int) []T {
	if On(n) {
		return slices.Delete(slices.Clone(list), i, i+1)
	}
	return list
}
`

// lentToAuthz is the rule, not asked.
const lentToAuthz = `package authz

import "cenacle/internal/mutant"

func OpenMutant[T any](n int, l Locked[T], a Actor, act Action, f Facts) (T, error) {
	if mutant.On(n) {
		return l.value, nil
	}
	return Open(l, a, act, f)
}

func DecideMutant(n int, a Actor, act Action, on Resource, f Facts) Decision {
	if mutant.On(n) {
		return Decision{Allowed: true, Visible: true}
	}
	return Decide(a, act, on, f)
}
`

// nursery is a copy of some sources with mutants in them, and the tests built of it.
type nursery struct {
	t       *testing.T
	dir     string
	breeder breeder
	overlay map[string]string
	built   map[string]string // test programs, by folder
}

func newNursery(t *testing.T) *nursery {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	n := &nursery{t: t, dir: t.TempDir(), overlay: map[string]string{}, built: map[string]string{}}
	n.breeder = breeder{root: root, kinds: kindsOf(t, filepath.Join(root, "internal/authz/rule.go"))}
	n.lay("internal/mutant/mutant.go", []byte(lent))
	n.lay("internal/authz/mutant.go", []byte(lentToAuthz))
	return n
}

var kindOf = regexp.MustCompile(`(?m)^\t(\w+): +\{kind: (Of\w+)`)

// kindsOf reads what each action is done to out of the table of the rule.
func kindsOf(t *testing.T, file string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]string{}
	for _, m := range kindOf.FindAllStringSubmatch(string(text), -1) {
		kinds[m[1]] = m[2]
	}
	if len(kinds) < 40 {
		t.Fatalf("the table of the rule has %d rows that are understood", len(kinds))
	}
	return kinds
}

// lay puts a text over a file of the tree, or where there is none.
func (n *nursery) lay(file string, text []byte) {
	n.t.Helper()
	path := filepath.Join(n.dir, strings.ReplaceAll(file, "/", "+"))
	if err := os.WriteFile(path, text, 0o600); err != nil {
		n.t.Fatal(err)
	}
	n.overlay[filepath.Join(n.breeder.root, filepath.FromSlash(file))] = path
}

// mutate breeds in every file of a folder that is no test.
func (n *nursery) mutate(folder string, find func(*breeder, ast.Node) bool) {
	n.t.Helper()
	files, err := filepath.Glob(filepath.Join(n.breeder.root, folder, "*.go"))
	if err != nil {
		n.t.Fatal(err)
	}
	for _, file := range files {
		name := folder + "/" + filepath.Base(file)
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		before := len(n.breeder.found)
		text, err := n.breeder.breed(name, find)
		if err != nil {
			n.t.Fatal(err)
		}
		if len(n.breeder.found) > before {
			n.lay(name, text)
		}
	}
}

// program is the tests of a folder over the mutated sources, built once.
func (n *nursery) program(folder string) string {
	n.t.Helper()
	if path, made := n.built[folder]; made {
		return path
	}
	list, err := json.Marshal(map[string]any{"Replace": n.overlay})
	if err != nil {
		n.t.Fatal(err)
	}
	overlay := filepath.Join(n.dir, "overlay.json")
	if err := os.WriteFile(overlay, list, 0o600); err != nil {
		n.t.Fatal(err)
	}
	path := filepath.Join(n.dir, strings.ReplaceAll(folder, "/", "+")+".test")
	c := exec.CommandContext(n.t.Context(), "go", "test", "-c", "-vet=off", "-overlay", overlay, "-o", path, "./"+folder)
	c.Dir = n.breeder.root
	if out, err := c.CombinedOutput(); err != nil {
		n.t.Fatalf("%s does not build with its mutants: %v\n%s", folder, err, out)
	}
	n.built[folder] = path
	return path
}

// trial is some tests of a folder.
type trial struct{ folder, run string }

// patience is how long a trial may take: who never answers is noticed too.
const patience = 3 * time.Minute

// passes reports whether a trial notices nothing of a mutant; 0 is nobody.
func (n *nursery) passes(of trial, number int) bool {
	n.t.Helper()
	ctx, stop := context.WithTimeout(n.t.Context(), patience)
	defer stop()
	c := exec.CommandContext(ctx, n.program(of.folder), "-test.short", "-test.failfast", "-test.run", of.run)
	c.Dir = filepath.Join(n.breeder.root, of.folder)
	c.Env = append(os.Environ(), "CENACLE_TEST_ENGINE=sqlite", "CENACLE_TEST_LONG=", fmt.Sprintf("CENACLE_MUTANT=%d", number))
	out, err := c.CombinedOutput()
	var failed *exec.ExitError
	switch {
	case err == nil:
		return true
	case number == 0 || !errors.As(err, &failed):
		n.t.Fatalf("%s with mutant %d: %v\n%s", of.folder, number, err, out)
	}
	return false
}
