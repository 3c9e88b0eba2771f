package i18n

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	_ "time/tzdata"

	"cenacle/internal/fault"
)

const sample = `{
  "a.plain": {"fr": "Déposer", "en": "Deposit"},
  "a.who": {"fr": "{1} et {0}", "en": "{0} and {1}"},
  "a.document": {"fr": {"one": "{0} document pour {1}", "other": "{0} documents pour {1}"},
                 "en": {"one": "one document for {1}", "other": "{0} documents for {1}"}},
  "a.limit": {"fr": "au plus {0}", "en": "at most {0}"}
}`

// printers returns French and English printers over the real catalogs and the
// sample.
func printers(t testing.TB) (fr, en *Printer) {
	t.Helper()
	all := fstest.MapFS{"c/a.json": {Data: []byte(sample)}}
	entries, err := files.ReadDir("catalog")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		raw, err := files.ReadFile("catalog/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		all["c/"+e.Name()] = &fstest.MapFile{Data: raw}
	}
	c := From(all, "c")
	paris, err := time.LoadLocation(Zone)
	if err != nil {
		t.Fatal(err)
	}
	return c.Printer(French, paris), c.Printer(English, paris)
}

// plain shows no-break spaces in a failure and lets expectations be typed:
// "_" is U+00A0, "~" is U+202F.
func plain(s string) string { return strings.NewReplacer("\u00a0", "_", "\u202f", "~").Replace(s) }

func TestPrinter(t *testing.T) {
	fr, en := printers(t)
	at := time.Date(2026, 11, 22, 13, 5, 0, 0, time.UTC)
	first := time.Date(2026, 6, 30, 22, 30, 0, 0, time.UTC) // 1 July in Paris
	for _, tc := range []struct{ name, fr, en, wantFR, wantEN string }{
		{"plain", fr.T("a.plain"), en.T("a.plain"), "Déposer", "Deposit"},
		{"order", fr.T("a.who", "Anne", "Marc"), en.T("a.who", "Anne", "Marc"), "Marc et Anne", "Anne and Marc"},
		{"missing argument", fr.T("a.who", "Anne"), en.T("a.who"), " et Anne", " and "},
		{"unknown key", fr.T("a.none"), en.T("a.none"), "[a.none]", "[a.none]"},
		{"zero", fr.N("a.document", 0, "Anne"), en.N("a.document", 0, "Anne"), "0 document pour Anne", "0 documents for Anne"},
		{"one", fr.N("a.document", 1, "Anne"), en.N("a.document", 1, "Anne"), "1 document pour Anne", "one document for Anne"},
		{"two", fr.N("a.document", 2, "Anne"), en.N("a.document", 2, "Anne"), "2 documents pour Anne", "2 documents for Anne"},
		{"many", fr.N("a.document", 1e6, "Anne"), en.N("a.document", 1e6, "Anne"), "1~000~000 documents pour Anne", "1,000,000 documents for Anne"},
		{"plural through T", fr.T("a.document", 1, "Anne"), en.T("a.document", 2, "Anne"), "1 document pour Anne", "2 documents for Anne"},
		{"size argument", fr.T("a.limit", Size(4_200_000)), en.T("a.limit", Size(4_200_000)), "au plus 4,2_Mo", "at most 4.2_MB"},
		{"day argument", fr.T("a.limit", Day("2026-11-22")), en.T("a.limit", Day("2026-11-22")), "au plus dimanche 22 novembre 2026", "at most Sunday 22 November 2026"},
		{"key argument", fr.T("a.limit", Key("a.plain")), en.T("a.limit", Key("a.plain")), "au plus Déposer", "at most Deposit"},
		{"duration argument", fr.T("a.limit", 90*time.Second), en.T("a.limit", 90*time.Second), "au plus 2 minutes", "at most 2 minutes"},
		{"list argument", fr.T("a.limit", []string{"A", "B"}), en.T("a.limit", []string{"A", "B"}), "au plus A et B", "at most A and B"},
		{"date", fr.Date(at), en.Date(at), "dimanche 22 novembre 2026", "Sunday 22 November 2026"},
		{"first of the month, in Paris", fr.Date(first), en.Date(first), "mercredi 1er juillet 2026", "Wednesday 1 July 2026"},
		{"civil day", fr.Day("2027-01-01"), en.Day("2027-01-01"), "vendredi 1er janvier 2027", "Friday 1 January 2027"},
		{"no day", fr.Day("demain"), en.Day(""), "demain", ""},
		{"instant", fr.DateTime(at), en.DateTime(at), "dimanche 22 novembre 2026 à 14_h_05", "Sunday 22 November 2026 at 14:05"},
		{"hour in summer", fr.Time(first), en.Time(first), "0_h_30", "0:30"},
		{"negative", fr.Number(-1234567), en.Number(-1234567), "-1~234~567", "-1,234,567"},
		{"number", fr.Number(999), en.Number(1000), "999", "1,000"},
		{"empty list", fr.List(nil), en.List(nil), "", ""},
		{"list of one", fr.List([]string{"A"}), en.List([]string{"A"}), "A", "A"},
		{"list", fr.List([]string{"A", "B", "C"}), en.List([]string{"A", "B", "C"}), "A, B et C", "A, B and C"},
	} {
		if got := plain(tc.fr); got != tc.wantFR {
			t.Errorf("%s: French %q, want %q", tc.name, got, tc.wantFR)
		}
		if got := plain(tc.en); got != tc.wantEN {
			t.Errorf("%s: English %q, want %q", tc.name, got, tc.wantEN)
		}
	}
}

func TestBytes(t *testing.T) {
	fr, _ := printers(t)
	for n, want := range map[int64]string{
		0: "0_o", 1: "1_o", 999: "999_o", 1000: "1_ko", 1049: "1_ko", 1050: "1,1_ko", 4_200_000: "4,2_Mo",
		99_949: "99,9_ko", 99_960: "100_ko", 123_456: "123_ko", 999_499: "999_ko", 999_500: "1_Mo",
		1 << 30: "1,1_Go", 5_000_000_000_000: "5_To", 9_223_372_036_854_775_807: "9,2_Eo",
	} {
		if got := plain(fr.Bytes(n)); got != want {
			t.Errorf("Bytes(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestDuration(t *testing.T) {
	fr, en := printers(t)
	for d, want := range map[time.Duration][2]string{
		-time.Second:                {"1 seconde", "1 second"},
		0:                           {"1 seconde", "1 second"},
		1500 * time.Millisecond:     {"2 secondes", "2 seconds"},
		59 * time.Second:            {"59 secondes", "59 seconds"},
		59*time.Second + 1:          {"1 minute", "1 minute"},
		61 * time.Second:            {"2 minutes", "2 minutes"},
		59*time.Minute + 1:          {"1 heure", "1 hour"},
		2*time.Hour + 5*time.Minute: {"2 heures 5 minutes", "2 hours 5 minutes"},
		24*time.Hour - time.Second:  {"1 jour", "1 day"},
		49 * time.Hour:              {"3 jours", "3 days"},
	} {
		if got := fr.Duration(d); got != want[0] {
			t.Errorf("Duration(%v) in French = %q, want %q", d, got, want[0])
		}
		if got := en.Duration(d); got != want[1] {
			t.Errorf("Duration(%v) in English = %q, want %q", d, got, want[1])
		}
	}
}

func TestAgo(t *testing.T) {
	fr, en := printers(t)
	now := time.Date(2026, 11, 22, 23, 30, 0, 0, time.UTC) // 0 h 30 on the 23rd in Paris
	for past, want := range map[time.Duration][2]string{
		-time.Second:     {"lundi 23 novembre 2026 à 0_h_30", "Monday 23 November 2026 at 0:30"},
		0:                {"à l’instant", "just now"},
		61 * time.Second: {"il y a 1 minute", "1 minute ago"},
		5 * time.Minute:  {"il y a 5 minutes", "5 minutes ago"},
		2 * time.Hour:    {"hier à 22_h_30", "yesterday at 22:30"},
		36 * time.Hour:   {"samedi 21 novembre 2026 à 12_h_30", "Saturday 21 November 2026 at 12:30"},
	} {
		if got := plain(fr.Ago(now.Add(-past), now)); got != want[0] {
			t.Errorf("%v ago in French = %q, want %q", past, got, want[0])
		}
		if got := plain(en.Ago(now.Add(-past), now)); got != want[1] {
			t.Errorf("%v ago in English = %q, want %q", past, got, want[1])
		}
	}
	if got := plain(fr.Ago(now.Add(-2*time.Hour), now.Add(12*time.Hour))); got != "hier à 22_h_30" {
		t.Errorf("yesterday = %q", got)
	}
	if got := plain(fr.Ago(now.Add(2*time.Hour), now.Add(12*time.Hour))); got != "aujourd’hui à 2_h_30" {
		t.Errorf("today = %q", got)
	}
}

func TestFault(t *testing.T) {
	fr, _ := printers(t)
	var form fault.Fields
	form.Add("name", "a.plain")
	form.Add("size", "a.limit", 5)
	for name, tc := range map[string]struct {
		err  error
		want string
	}{
		"own message":     {fmt.Errorf("op: %w", fault.New(fault.TooLarge, "a.limit", Size(2000))), "au plus 2_ko"},
		"fields":          {form, "Déposer au plus 5"},
		"unknown key":     {fault.New(fault.Conflict, "no.such.key"), plain(fr.T("fault.conflict"))},
		"foreign error":   {errors.New("pq: secret"), plain(fr.T("fault.internal"))},
		"cancelled":       {context.Canceled, plain(fr.T("fault.unavailable"))},
		"absent":          {fault.Absent(), plain(fr.T("fault.absent"))},
		"busy with delay": {fault.New(fault.Busy, "fault.busy", 30*time.Second), "Trop de tentatives. Réessayez dans 30 secondes."},
	} {
		if got := plain(fr.Fault(tc.err)); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
	for k := fault.Internal; k <= fault.NoSpace; k++ {
		if got := fr.Fault(fault.New(k, "no.such.key")); strings.ContainsAny(got, "[{") {
			t.Errorf("kind %v reads %q", k, got)
		}
	}
}

// TestAllocations holds T to what it costs today: nothing for a plain
// sentence, the string itself for one with arguments.
func TestAllocations(t *testing.T) {
	fr, _ := printers(t)
	if n := testing.AllocsPerRun(100, func() { fr.T("a.plain") }); n != 0 {
		t.Errorf("a plain message allocates %v times", n)
	}
	args := []any{"Anne", "Marc"}
	if n := testing.AllocsPerRun(100, func() { fr.T("a.who", args...) }); n > 1 {
		t.Errorf("a message with two texts allocates %v times", n)
	}
}
