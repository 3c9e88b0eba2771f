package dav_test

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// run runs a client of others in an empty folder, with one line more in its
// environment, and returns what it wrote.
func (s *stage) run(environ, stdin, command string, args ...string) (string, error) {
	s.t.Helper()
	path, err := exec.LookPath(command)
	if err != nil {
		s.t.Fatalf("%v: tools/provide drives installs it", err)
	}
	c := exec.CommandContext(s.t.Context(), path, args...)
	c.Dir, c.Stdin = s.t.TempDir(), strings.NewReader(stdin)
	c.Env = append(os.Environ(), "HOME="+c.Dir, "LC_ALL=C.UTF-8", environ)
	out, err := c.CombinedOutput()
	return string(out), err
}

// litmusLine is the result of one test of litmus.
var litmusLine = regexp.MustCompile(`(\d+)\. (\w+)\.+ (pass|FAIL|SKIPPED|WARNING)`)

// litmus runs each suite in a folder of its own and returns what did not pass,
// by suite, number and name, and how many tests there were.
func (s *stage) litmus() (failed map[string]string, count int) {
	s.t.Helper()
	c, failed := s.drive(s.Lead), map[string]string{}
	for _, suite := range []string{"basic", "copymove", "props", "locks", "http"} {
		c.wants("a folder", c.ask("MKCOL", s.at(room, shared, suite), ""), 201)
		out, err := s.run("TESTS="+suite, "", "litmus", "-k", s.at(room, shared, suite)+"/", "claire", c.password)
		s.t.Log(out)
		if err != nil {
			s.t.Fatalf("litmus: %v", err)
		}
		for _, m := range litmusLine.FindAllStringSubmatch(out, -1) {
			if count++; m[3] != "pass" {
				failed[suite+" "+m[1]+" "+m[2]] = m[3]
			}
		}
	}
	return failed, count
}

// unkept are the tests of litmus 0.13 that want a drive to keep properties that
// clients make up. It refuses to: they would be contents that nobody addressed.
// The ones of locks only fail at a PROPPATCH on their way.
var unkept = []string{
	"props 6 propset", "props 7 propget", "props 9 propmove", "props 10 propget", "props 11 propdeletes", "props 12 propget",
	"props 13 propreplace", "props 14 propget", "props 15 propnullns", "props 16 propget", "props 17 prophighunicode",
	"props 18 propget", "props 19 propremoveset", "props 20 propget", "props 21 propsetremove", "props 22 propget",
	"props 23 propvalnspace", "props 26 propmanyns", "props 27 propget",
	"locks 11 owner_modify", "locks 26 owner_modify", "locks 33 owner_modify",
}

// undeleted are those that delete documents or folders, or replace one by
// moving or copying another over it, which a drive does only where the
// installation allows it (drive.delete).
var undeleted = []string{
	"basic 7 delete", "basic 9 delete_fragment", "basic 12 delete_coll",
	"copymove 4 copy_overwrite", // a document over a folder
	"copymove 7 copy_coll", "copymove 8 copy_shallow", "copymove 9 move", "copymove 10 move_coll",
	"locks 14 copy", // deletes the copy
}

// TestFUZ03_Litmus holds the conformance suite, test by test, against what a
// drive is meant to refuse.
func TestFUZ03_Litmus(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		deletes bool
		refused []string
	}{
		"as installed":   {false, append(slices.Clone(unkept), undeleted...)},
		"with deletions": {true, unkept},
	} {
		t.Run(name, func(t *testing.T) {
			failed, count := open(t, c.deletes).litmus()
			if count < 100 {
				t.Errorf("only %d tests were run", count)
			}
			for _, name := range c.refused {
				if failed[name] == "" {
					t.Errorf("%s passes: take it off the list", name)
				}
				delete(failed, name)
			}
			for name, outcome := range failed {
				t.Errorf("%s: %s", name, outcome)
			}
		})
	}
}
