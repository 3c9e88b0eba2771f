package arch

import (
	"fmt"
	"go/ast"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Requirements of ASVS 5.0.0 of the levels 1 and 2, and of level 1 alone.
const (
	asvsRequirements = 253
	asvsFirstLevel   = 70
)

var (
	asvsRow  = regexp.MustCompile(`(?m)^\| (\d+\.\d+\.\d+) \| ([12]) \| (met|none here|\*\*not met\*\*) \| (.+) \|$`)
	testName = regexp.MustCompile(`\bTest[A-Z]\w+`)
	proofID  = regexp.MustCompile(`\b[A-Z]{2,4}-[0-9]{2}\b`)
)

// TestASVS holds doc/asvs.md to the tests: it has every requirement once, its sums are
// those of its rows, and each test and each id that it names there is.
func TestASVS(t *testing.T) {
	doc, err := os.ReadFile(path.Join(root, "doc/asvs.md"))
	if err != nil {
		t.Fatal(err)
	}
	security, err := os.ReadFile(path.Join(root, "doc/security.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range asvsFaults(string(doc), testsIn(tree(t)), proofsWritten(string(security))) {
		t.Error("doc/asvs.md: " + fault)
	}
}

func TestASVSRules(t *testing.T) {
	doc := "Of 2 requirements 1 are met, 1 speak of\nwhat is not here, 0 are not met; of the 1 of level 1 these are 1, 0 and 0.\n" +
		"| 1.1.1 | 1 | met | ABC-01: TestABC01_Word |\n| 1.1.2 | 2 | none here | ABC-02: TestNone |\n| 1.1.2 | 2 | perhaps | |\n"
	got := strings.Join(asvsFaults(doc, map[string]bool{"TestABC01_Word": true}, map[string]string{"ABC-01": ""}), "\n")
	for _, want := range []string{"TestNone", "ABC-02", "2 requirements", "1 of them"} {
		if !strings.Contains(got, want) {
			t.Errorf("nothing is said of %s:\n%s", want, got)
		}
	}
	if strings.Contains(got, "ABC-01") || strings.Contains(got, "says") {
		t.Errorf("what is right is a fault:\n%s", got)
	}
}

// asvsFaults is what is wrong with the page.
func asvsFaults(doc string, tests map[string]bool, proofs map[string]string) (faults []string) {
	var seen []string
	count := map[string]int{}
	for _, m := range asvsRow.FindAllStringSubmatch(doc, -1) {
		seen = append(seen, m[1])
		count[m[3]]++
		count[m[2]+m[3]]++
		for _, name := range testName.FindAllString(m[4], -1) {
			if !tests[name] {
				faults = append(faults, fmt.Sprintf("%s names %s, which there is not", m[1], name))
			}
		}
		for _, id := range proofID.FindAllString(m[4], -1) {
			if _, written := proofs[id]; !written {
				faults = append(faults, fmt.Sprintf("%s names %s, which no test proves", m[1], id))
			}
		}
	}
	slices.Sort(seen)
	all := len(slices.Compact(slices.Clone(seen)))
	first := count["1met"] + count["1none here"] + count["1**not met**"]
	if len(seen) != asvsRequirements || all != len(seen) {
		faults = append(faults, fmt.Sprintf("it has %d requirements, %d of them once; want %d", len(seen), all, asvsRequirements))
	}
	if first != asvsFirstLevel {
		faults = append(faults, fmt.Sprintf("it has %d of them of level 1, want %d", first, asvsFirstLevel))
	}
	sums := fmt.Sprintf("Of %d requirements %d are met, %d speak of\nwhat is not here, %d are not met; of the %d of level 1 these are %d, %d and %d.",
		len(seen), count["met"], count["none here"], count["**not met**"], first, count["1met"], count["1none here"], count["1**not met**"])
	if !strings.Contains(doc, sums) {
		faults = append(faults, "its rows add up otherwise than it says: "+sums)
	}
	return faults
}

// testsIn are the names of all tests.
func testsIn(all []*source) map[string]bool {
	names := map[string]bool{}
	for _, s := range all {
		if !strings.HasSuffix(s.path, "_test.go") {
			continue
		}
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
				names[f.Name.Name] = true
			}
		}
	}
	return names
}
