package server

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

// TestRest: what nobody uses any more is no longer counted as the server's
// (proc(5), RssFile), and what is used is there again.
func TestRest(t *testing.T) {
	before := mapped(t)
	forgetProgram()
	after := mapped(t)
	if before-after < 1024 {
		t.Errorf("%d KiB of files were mapped, and %d KiB still are", before, after)
	}
}

// mapped is how much of files this process has in memory, in KiB.
func mapped(t *testing.T) int {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, found := strings.CutPrefix(line, "RssFile:"); found {
			n, err := strconv.Atoi(strings.Fields(rest)[0])
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatal("the kernel says nothing of RssFile")
	return 0
}
