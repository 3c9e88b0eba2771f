package arch

import (
	"fmt"
	"go/ast"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// proofForm is the name of a test that proves an id of the test plan.
var proofForm = regexp.MustCompile(`^(?:Test|Fuzz|Benchmark)([A-Z]{2,4})([0-9]{2})(?:[_A-Z]|$)`)

// TestProofsAreWritten holds doc/security.md, which says which test proves
// what, against the tests that there are.
func TestProofsAreWritten(t *testing.T) {
	doc, err := os.ReadFile(path.Join(root, "doc/security.md"))
	if err != nil {
		t.Fatal(err)
	}
	written := proofsWritten(string(doc))
	proofs := proofsIn(tree(t))
	for _, id := range slices.Sorted(maps.Keys(proofs)) {
		row := fmt.Sprintf("| %s | %s |", id, strings.Join(proofs[id], " · "))
		if written[id] != row {
			t.Errorf("doc/security.md: the row of %s should be\n%s", id, row)
		}
	}
	for id := range written {
		if len(proofs[id]) == 0 {
			t.Errorf("doc/security.md: no test proves %s", id)
		}
	}
	if len(proofs) < 20 {
		t.Errorf("only %d ids are found in the names of tests", len(proofs))
	}
}

func TestProofRules(t *testing.T) {
	s, err := sourceOf("internal/memo/x_test.go", []byte("package memo\nfunc TestABC01(){}\nfunc TestABC01_More(){}\nfunc FuzzABC02Text(){}\nfunc TestABC1(){}\nfunc TestABC012(){}\nfunc testABC03(){}\nfunc (x T) TestABC04(){}"))
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(proofsIn([]*source{s}))
	if want := "map[ABC-01:[`internal/memo` TestABC01 `internal/memo` TestABC01_More] ABC-02:[`internal/memo` FuzzABC02Text]]"; got != want {
		t.Errorf("found %s, want %s", got, want)
	}
	if got := proofsWritten("| id | tests |\n| --- | --- |\n| ABC-01 | `internal/memo` TestABC01 |\ntext | ABC-02 |"); len(got) != 1 {
		t.Errorf("read %q, want one row", got)
	}
}

// proofsIn finds the tests of each id, as its row names them.
func proofsIn(all []*source) map[string][]string {
	out := make(map[string][]string)
	for _, s := range all {
		if !strings.HasSuffix(s.path, "_test.go") {
			continue
		}
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv != nil {
				continue
			}
			if m := proofForm.FindStringSubmatch(f.Name.Name); m != nil {
				id := m[1] + "-" + m[2]
				out[id] = append(out[id], "`"+s.folder()+"` "+f.Name.Name)
			}
		}
	}
	for _, tests := range out {
		slices.Sort(tests)
	}
	return out
}

var rowForm = regexp.MustCompile(`(?m)^\| ([A-Z]{2,4}-[0-9]{2}) \|.*\|$`)

// proofsWritten reads the rows of a table, by id.
func proofsWritten(doc string) map[string]string {
	out := make(map[string]string)
	for _, m := range rowForm.FindAllStringSubmatch(doc, -1) {
		out[m[1]] = m[0]
	}
	return out
}
