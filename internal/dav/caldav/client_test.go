package caldav_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cenacle/internal/agenda"
	"cenacle/internal/id"
)

// run runs a client of others and returns what it wrote.
func (s *stage) run(home, stdin, command string, args ...string) (string, error) {
	s.t.Helper()
	path, err := exec.LookPath(command)
	if err != nil {
		s.t.Fatalf("%v: tools/provide calendars installs it", err)
	}
	c := exec.CommandContext(s.t.Context(), path, args...)
	c.Dir, c.Stdin = home, strings.NewReader(stdin)
	c.Env = append(os.Environ(), "HOME="+home, "LC_ALL=C.UTF-8", "XDG_CONFIG_HOME="+home, "XDG_DATA_HOME="+home, "XDG_CACHE_HOME="+home)
	out, err := c.CombinedOutput()
	return string(out), err
}

// TestVdirsyncer lets vdirsyncer find the calendar from the address of the host, keep
// a copy of it up to date, and try to change it; and khal show it.
func TestVdirsyncer(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := s.calendar(s.Client)
	made := s.add(s.hearing(3))
	s.add(agenda.Entry{Kind: agenda.Deadline, Title: "CANARI conclusions", When: agenda.When{Day: s.on(5), LastDay: s.on(6)}})
	home := t.TempDir()
	here := filepath.Join(home, "agendas", "all")
	config := fmt.Sprintf(`[general]
status_path = "%[1]s/status"
[pair agenda]
a = "here"
b = "there"
collections = ["from b"]
[storage here]
type = "filesystem"
path = "%[1]s/agendas"
fileext = ".ics"
[storage there]
type = "caldav"
url = "%[2]s/"
username = "client"
password = "%[3]s"
`, home, s.host, c.password)
	s.must(os.WriteFile(filepath.Join(home, "config"), []byte(config), 0o600))
	sync := func() (string, error) { return s.run(home, "", "vdirsyncer", "-c", "config", "sync") }
	if out, err := s.run(home, "y\ny\n", "vdirsyncer", "-c", "config", "discover"); err != nil {
		t.Fatalf("discover: %v\n%s", err, out)
	}
	if out, err := sync(); err != nil {
		t.Fatalf("sync: %v\n%s", err, out)
	}
	if shown := s.khal(home, here); len(shown) != 3 || !strings.HasSuffix(shown[0], "15:00-16:30 Audience") || !strings.HasSuffix(shown[1], "Échéance") {
		t.Errorf("khal shows %q", shown)
	}
	s.Clock.Advance(time.Hour)
	s.must(s.Agendas.Cancel(t.Context(), s.Lead.Actor, agenda.Cancelling{Space: s.Space, Event: made.ID, Revision: 1, Reason: "CANARI"}))
	if out, err := sync(); err != nil {
		t.Fatalf("sync again: %v\n%s", err, out)
	}
	file, kept := s.copyOf(here, made.ID)
	if !strings.Contains(kept, "STATUS:CANCELLED") || strings.Contains(kept, "CANARI") {
		t.Errorf("after it was cancelled:\n%s", kept)
	}
	s.must(os.WriteFile(file, []byte(strings.Replace(kept, "Audience", "Autre", 1)), 0o600))
	if out, err := sync(); err == nil || !strings.Contains(out, "403") {
		t.Errorf("it changed an event: %v\n%s", err, out)
	}
	if got := c.ask("GET", c.home+string(made.ID)+".ics", ""); got.body != kept {
		t.Errorf("it is %s", got.body)
	}
}

// copyOf finds the copy of an event, whatever it is called.
func (s *stage) copyOf(calendar string, event id.Item) (file, kept string) {
	s.t.Helper()
	files, err := filepath.Glob(filepath.Join(calendar, "*.ics"))
	s.must(err)
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if s.must(err); strings.Contains(string(raw), "UID:"+string(event)) {
			return file, string(raw)
		}
	}
	s.t.Fatalf("no copy of it among %d", len(files))
	return "", ""
}

// khal shows what lies in the copy, a line for each event.
func (s *stage) khal(home, calendar string) []string {
	s.t.Helper()
	config := fmt.Sprintf(`[calendars]
[[agenda]]
path = %s
[locale]
local_timezone = Europe/Athens
default_timezone = Europe/Athens
timeformat = %%H:%%M
dateformat = %%Y-%%m-%%d
longdateformat = %%Y-%%m-%%d
datetimeformat = %%Y-%%m-%%d %%H:%%M
longdatetimeformat = %%Y-%%m-%%d %%H:%%M
[sqlite]
path = %s/khal.db
`, calendar, home)
	s.must(os.WriteFile(filepath.Join(home, "khal"), []byte(config), 0o600))
	out, err := s.run(home, "", "khal", "-c", "khal", "list", "--day-format", "", "--format", "{start-date} {start-time}-{end-time} {title}", s.on(0), s.on(30))
	if err != nil {
		s.t.Fatalf("khal: %v\n%s", err, out)
	}
	return strings.Split(strings.TrimSpace(out), "\n")
}
