package mutation

import (
	"bufio"
	"go/ast"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cenacle/internal/seedtest"
)

// sample is how many mutants are played every day.
const sample = 3

func long() bool { return os.Getenv("CENACLE_TEST_LONG") != "" }

// ISO-09, of the rule: each condition and each cell of the table of package authz. Its
// own tests notice every one.
func TestISO09_Policy(t *testing.T) {
	n := newNursery(t)
	n.mutate("internal/authz", (*breeder).rule)
	if born := len(n.breeder.found); born < 200 {
		t.Fatalf("only %d mutants were born", born)
	}
	play(n, func(mutant) []trial { return []trial{{"internal/authz", "."}} })
}

// The use cases that ask it.
var cases = []string{
	"absence", "agenda", "attest", "bundle", "circle", "conflict", "deposit", "depositlink", "diffusion", "dire", "document", "drive", "event", "exhibit",
	"firm", "forum", "freeze", "group", "guard", "hold", "hostname", "invitation", "item", "lifecycle", "memo", "notice", "offer", "overview",
	"provider", "question", "quota", "request", "sanction", "slot", "space", "support", "token", "vigilance", "webhook",
}

// ISO-09, of those who ask the rule: what is opened without it, and what is opened
// after asking less of it. Every day they are only found: to play one, all tests of a
// use case are built anew.
func TestISO09_Calls(t *testing.T) {
	n := newNursery(t)
	for _, folder := range cases {
		n.mutate("internal/"+folder, (*breeder).call)
	}
	if born := len(n.breeder.found); born < 100 {
		t.Fatalf("only %d mutants were born", born)
	}
	if !long() {
		return
	}
	play(n, func(m mutant) []trial {
		return []trial{{filepath.Dir(m.where), "."}, {"internal/api", "TestISO02_"}, {"internal/proof", "TestISO02$"}}
	})
}

// play runs each mutant through its trials until one notices it, and holds the
// survivors to the list of those that change nothing.
func play(n *nursery, trials func(mutant) []trial) {
	n.t.Helper()
	equivalent := readEquivalent(n.t)
	chosen := n.breeder.found
	if !long() {
		chosen = draw(n.t, chosen, equivalent)
	}
	played, survived := 0, 0
	sound := map[trial]bool{}
	for _, m := range chosen {
		lives := true
		for _, of := range trials(m) {
			if !sound[of] { // or every mutant would die of it
				sound[of] = n.passes(of, 0)
			}
			if lives = n.passes(of, m.number); !lives || !long() {
				break
			}
		}
		if why, known := equivalent[m.name()]; known {
			if !lives {
				n.t.Errorf("%s: %s dies, although it is said to change nothing: %s", m.where, m.what, why)
			}
			continue
		}
		played++
		if lives {
			survived++
			n.t.Errorf("%s: nobody notices %s", m.where, m.what)
		}
	}
	n.t.Logf("%d mutants; %d played, %d of them survive", len(n.breeder.found), played, survived)
}

// draw takes a few that change something.
func draw(t *testing.T, from []mutant, equivalent map[string]string) (some []mutant) {
	r := rand.New(rand.NewPCG(seedtest.Of(t), 9))
	for _, i := range r.Perm(len(from)) {
		if _, known := equivalent[from[i].name()]; !known && len(some) < sample {
			some = append(some, from[i])
		}
	}
	return some
}

// readEquivalent reads the mutants that change nothing: a name, a tab, the reason.
func readEquivalent(t *testing.T) map[string]string {
	t.Helper()
	f, err := os.Open("testdata/equivalent.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() // only read
	known := map[string]string{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		name, why, found := strings.Cut(lines.Text(), "\t")
		if !found || why == "" {
			t.Fatalf("testdata/equivalent.txt: %q has no reason", lines.Text())
		}
		known[name] = why
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return known
}

// TestBreed: mutants are written where they are meant, and the sources stay Go.
func TestBreed(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "x.go"), []byte(`package x

var rules = map[Action]rule{
	Read: {kind: OfItem, firm: lawyers, space: all, writes: true},
}

var barred = map[Nature][]Role{Secret: {Guest, Reader}}

func may(a, b bool) bool {
	if a || (b && !a) {
		return true
	}
	return a == b
}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	b := &breeder{root: dir}
	text, err := b.breed("x.go", func(b *breeder, n ast.Node) bool { return b.rule(n) })
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"firm: mutant.Pick(2, mutant.Less(1, []FirmRole(lawyers)), anyone)",
		"space: mutant.Less(3, []Role(all))", "writes: !mutant.On(4)",
		"Secret: mutant.Without(6, mutant.Without(5, []Role{Guest, Reader}, 0), 1)",
		"if (mutant.On(7) || !mutant.On(8) && (a)) || ((mutant.On(9) || !mutant.On(10) && (b)) && (mutant.On(11) || !mutant.On(12) && (!a))) {",
		"return (mutant.On(13) || !mutant.On(14) && (a == b))",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the file has no %s:\n%s", want, text)
		}
	}
	b.kinds = map[string]string{"DocumentManage": "OfItem"}
	if err := os.WriteFile(filepath.Join(dir, "y.go"), []byte("package y\n\nfunc f() { h, err := authz.Open(l, by, authz.DocumentManage, g) }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if text, err = b.breed("y.go", (*breeder).call); err != nil {
		t.Fatal(err)
	}
	if want := "authz.OpenMutant(15, l, by, mutant.Pick(16, authz.DocumentManage, authz.DocumentRead), g)"; !strings.Contains(string(text), want) {
		t.Errorf("the file has no %s:\n%s", want, text)
	}
}
