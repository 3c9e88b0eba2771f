package scan_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"cenacle/internal/scan"
	"cenacle/internal/scan/scantest"
)

func TestParse(t *testing.T) {
	for text, good := range map[string]bool{
		"unix:/run/clamav/clamd.ctl": true, "tcp://127.0.0.1:3310": true, "tcp://[::1]:3310": true, "tcp://localhost:3310": true,
		"tcp://10.1.2.3:3310": true, "tcp://192.0.2.7:3310": false, "tcp://scanner.example:3310": false, "unix:run/clamd": false,
		"/run/clamav/clamd.ctl": false, "127.0.0.1:3310": false, "tcp://127.0.0.1": false, "http://127.0.0.1:3310": false,
	} {
		if s, err := scan.Parse(text); (err == nil && s != nil) != good {
			t.Errorf("%s: %v, %v", text, s, err)
		}
	}
	if s, err := scan.Parse(""); s != nil || err != nil {
		t.Errorf("nothing is %v, %v", s, err)
	}
}

// TestARealDaemon asks one over both kinds of sockets.
func TestARealDaemon(t *testing.T) {
	d := scantest.Start(t)
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	f, err := w.Create("dedans.txt")
	if err == nil {
		_, err = f.Write(scantest.Harmful())
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	for _, at := range []string{d.Unix, d.TCP} {
		s, err := scan.Parse(at)
		if err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			bytes []byte
			want  scan.Verdict
		}{
			"harmful":         {scantest.Harmful(), scan.Verdict{State: scan.Infected, Found: scantest.Found}},
			"in an archive":   {packed.Bytes(), scan.Verdict{State: scan.Infected, Found: scantest.Found}},
			"harmless":        {[]byte("Bonjour"), scan.Verdict{State: scan.Clean}},
			"empty":           {nil, scan.Verdict{State: scan.Clean}},
			"of some chunks":  {bytes.Repeat([]byte{7}, 200_000), scan.Verdict{State: scan.Clean}},
			"as much as fits": {bytes.Repeat([]byte{7}, scantest.Most), scan.Verdict{State: scan.Clean}},
			"too large":       {bytes.Repeat([]byte{7}, 8*scantest.Most), scan.Verdict{State: scan.Unscanned, Why: scan.Large}},
		} {
			v, err := s.Scan(t.Context(), bytes.NewReader(c.bytes))
			if !strings.HasPrefix(v.Engine, "ClamAV ") {
				t.Errorf("%s: the engine is %q", name, v.Engine)
			}
			v.Engine = ""
			if err != nil || v != c.want {
				t.Errorf("%s by %s: %+v, %v", name, at, v, err)
			}
		}
		if got := s.Stats(); got != (scan.Stats{Clean: 4, Infected: 2, Large: 1}) {
			t.Errorf("it counts %+v", got)
		}
	}
}

// TestNobodyAnswers: whatever is wrong with the daemon is no verdict of clean.
func TestNobodyAnswers(t *testing.T) {
	at := func(path string) *scan.Scanner {
		t.Helper()
		s, err := scan.Parse("unix:" + path)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	away := func(s *scan.Scanner, why string) {
		t.Helper()
		if v, err := s.Scan(t.Context(), strings.NewReader("x")); err != nil || v.State != scan.Unscanned || v.Why != scan.Away {
			t.Errorf("%s: %+v, %v", why, v, err)
		}
	}
	away(at(filepath.Join(t.TempDir(), "s")), "nobody listens")
	for _, said := range []string{"", "stream: OK", "gibberish\x00"} {
		s := at(answering(t, "ClamAV 0\x00", said))
		away(s, "it says "+said)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.Scan(ctx, strings.NewReader("x")); !errors.Is(err, context.Canceled) {
			t.Errorf("nobody waits any more: %v", err)
		}
	}
}

// answering is a socket that says one thing to who comes first and another to all
// others, whatever they ask.
func answering(t *testing.T, first, others string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for said := first; ; said = others {
			c, err := l.Accept()
			if err != nil {
				return // the test is over
			}
			_, _ = c.Write([]byte(said))
			_ = c.Close()
		}
	}()
	return path
}

// TestABrokenSource is the fault of the source, not a verdict.
func TestABrokenSource(t *testing.T) {
	broken := errors.New("the disk is gone")
	if v, err := scantest.Start(t).Scanner().Scan(t.Context(), iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("%+v, %v", v, err)
	}
}
