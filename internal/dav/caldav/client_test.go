package caldav_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
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
	series := s.weekly()
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
	if shown := s.khal(home, here, s.on(0), s.on(30)); len(shown) != 3 || !strings.HasSuffix(shown[0], "15:00-16:30 Audience") || !strings.HasSuffix(shown[1], "Échéance") {
		t.Errorf("khal shows %q", shown)
	}
	// In Athens it is an hour later than in Paris, on both sides of the change.
	want := []string{"2027-03-14 10:00-11:00 Rendez-vous", "2027-03-22 10:30-11:30 Rendez-vous", "2027-03-28 10:00-11:00 Rendez-vous", "2027-04-04 10:00-11:00 Annulé\u00a0: Rendez-vous"}
	if shown := s.khal(home, here, "2027-03-01", "2027-05-01"); !slices.Equal(shown, want) {
		t.Errorf("of a series khal shows %q, want %q", shown, want)
	}
	if _, kept := s.copyOf(here, series); strings.Contains(kept, "CANARI") || !strings.Contains(kept, "RRULE:") {
		t.Errorf("a series is\n%s", kept)
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

// weekly adds a series across the change to summer, of which one date was moved and one
// cancelled.
func (s *stage) weekly() id.Item {
	s.t.Helper()
	e := agenda.Entry{Kind: agenda.Meeting, Title: "CANARI point", When: agenda.When{Day: "2027-03-14", Start: "09:00", End: "10:00"}, Repeat: agenda.Repeat{Every: agenda.Weekly, Times: 4}}
	made := s.add(e)
	moved := e
	moved.When = agenda.When{Day: "2027-03-22", Start: "09:30", End: "10:30"}
	s.must(s.Agendas.Change(s.t.Context(), s.Lead.Actor, agenda.Changing{
		Space: s.Space, Event: made.ID, Revision: 1, Which: agenda.Which{On: "2027-03-21", Scope: agenda.One}, Entry: moved,
	}))
	s.must(s.Agendas.Cancel(s.t.Context(), s.Lead.Actor, agenda.Cancelling{
		Space: s.Space, Event: made.ID, Revision: 2, Which: agenda.Which{On: "2027-04-04", Scope: agenda.One}, Reason: "CANARI",
	}))
	return made.ID
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

// khal shows what lies in the copy between two days, a line for each event.
func (s *stage) khal(home, calendar, from, to string) []string {
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
	out, err := s.run(home, "", "khal", "-c", "khal", "list", "--day-format", "", "--format", "{start-date} {start-time}-{end-time} {title}", from, to)
	if err != nil {
		s.t.Fatalf("khal: %v\n%s", err, out)
	}
	return strings.Split(strings.TrimSpace(out), "\n")
}
