package doctor

import (
	"errors"
	"os"
	"testing"

	"cenacle/internal/config"
	"cenacle/internal/scan/scantest"
	"cenacle/internal/worker"
)

// TestReaders starts a real child, of the test's own program.
func TestReaders(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	e := &examination{Options: Options{Program: self}}
	e.readers(t.Context())
	if len(e.Findings) == 0 || e.Findings[0].Level == Error {
		t.Errorf("it finds %+v", e.Findings)
	}
	for name, tt := range map[string]struct {
		c       worker.Confinement
		missing []string
		err     error
	}{
		"readers_fine":     {c: worker.Confinement{Files: true, Network: true, Write: true}},
		"readers_files":    {c: worker.Confinement{Network: true}},
		"readers_network":  {c: worker.Confinement{Files: true, Write: true}},
		"readers_none":     {err: errors.New("no such file")},
		"readers_programs": {missing: []string{"pdftotext"}},
	} {
		e := &examination{}
		e.judge(tt.c, tt.missing, tt.err)
		if last := e.Findings[len(e.Findings)-1]; last.Name != name {
			t.Errorf("%s: it says %s", name, last.Name)
		}
	}
}

// TestScanner asks a real one, and one that has gone.
func TestScanner(t *testing.T) {
	d := scantest.Start(t)
	c := config.Default()
	for _, want := range []string{"scanner_none", "scanner_fine", "scanner_away"} {
		switch want {
		case "scanner_fine":
			c.Clamd = d.TCP
		case "scanner_away":
			d.End()
		}
		e := &examination{config: c}
		e.scanner(t.Context())
		if len(e.Findings) != 1 || e.Findings[0].Name != want {
			t.Errorf("%s: it finds %+v", want, e.Findings)
		}
	}
}
