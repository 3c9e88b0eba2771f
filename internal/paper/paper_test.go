package paper

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

var now = time.Date(2026, 11, 28, 10, 0, 0, 0, time.UTC)

func table(t testing.TB) *Table {
	t.Helper()
	tab, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

func answers(t *Table, want, have string) bool {
	_, ok := t.Answers(t.Read(want), t.Read(have), now, now)
	return ok
}

// TestPairs asks for papers by ordinary names, of documents named as people
// name files: testdata says which answer. fresh.txt was written down whole before
// it was tried for the first time.
func TestPairs(t *testing.T) {
	tab := table(t)
	var raw []byte
	for _, name := range []string{"testdata/pair.txt", "testdata/fresh.txt", "testdata/fresh2.txt"} {
		more, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		raw = append(raw, more...)
	}
	tried := map[bool]int{}
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		want, have, found := strings.Cut(line[2:], " | ")
		if !found {
			t.Fatalf("unreadable: %q", line)
		}
		yes := line[0] == '+'
		tried[yes]++
		if answers(tab, want, have) != yes {
			t.Errorf("%s: %+v %+v", line, tab.Read(want), tab.Read(have))
		}
	}
	if tried[true] < 120 || tried[false] < 120 {
		t.Errorf("%v pairs only", tried)
	}
}

// TestTable asks for every paper of the table by each of its names: each other
// name of the same paper answers, as a file is named too, and no name of a
// paper that is neither wider nor narrower, nor accepted in its place.
func TestTable(t *testing.T) {
	tab := table(t)
	type named struct {
		kind Kind
		text string
		read Name
	}
	var all []named
	for _, e := range tab.kinds {
		for _, name := range e.Names {
			all = append(all, named{e.Key, name, tab.Read(name)}, named{e.Key, name, tab.Read(strings.ToUpper(strings.ReplaceAll(name, " ", "_")) + ".PDF")})
		}
	}
	wrong := 0
	for _, want := range all {
		if !slices.Contains(want.read.Kinds, want.kind) {
			t.Errorf("%q is read as %v, not as %s", want.text, want.read.Kinds, want.kind)
		}
		for _, have := range all {
			_, ok := tab.Answers(want.read, have.read, now, now)
			if related := tab.how(want.kind, have.kind) != ""; ok && !related {
				if wrong++; wrong < 20 {
					t.Errorf("%q is answered by %q", want.text, have.text)
				}
			}
		}
	}
	if len(all) < 1000 {
		t.Errorf("%d names only", len(all))
	}
}

func TestDates(t *testing.T) {
	tab := table(t)
	for name, want := range map[string]struct{ years, months []int }{
		"bulletin de salaire mars 2024":          {[]int{2024}, []int{3}},
		"bulletin_salaire_2024-03.pdf":           {[]int{2024}, []int{3}},
		"paie 032024":                            {[]int{2024}, []int{3}},
		"relevé du 31/01/2026":                   {[]int{2026}, []int{1}},
		"releve_20260131.pdf":                    {[]int{2026}, []int{1}},
		"avis d’imposition 2021 à 2023":          {[]int{2021, 2022, 2023}, nil},
		"avis d’imposition sur les revenus 2022": {[]int{2023}, nil},
		"bulletins de janvier à mars 2024":       {[]int{2024}, []int{1, 2, 3}},
		"IMG_2024 permis.jpg":                    {nil, nil},
		"Avis 2023 numérisé le 14-02-2024":       {[]int{2023}, []int{2}},
		"facture 114":                            {nil, nil},
	} {
		if n := tab.Read(name); !slices.Equal(n.Years, want.years) || !slices.Equal(n.Months, want.months) {
			t.Errorf("%q: %v %v, want %v %v", name, n.Years, n.Months, want.years, want.months)
		}
	}
}

func TestFresh(t *testing.T) {
	tab := table(t)
	want, have := tab.Read("extrait K-bis de moins de 3 mois"), tab.Read("kbis.pdf")
	for came, yes := range map[time.Time]bool{now.AddDate(0, -2, 0): true, now.AddDate(0, -4, 0): false} {
		if _, ok := tab.Answers(want, have, came, now); ok != yes {
			t.Errorf("came %s: %t", came.Format(time.DateOnly), ok)
		}
	}
}

// TestWants reads what a memo asks for.
func TestWants(t *testing.T) {
	tab := table(t)
	var kinds []Kind
	for _, n := range tab.Wants("Bonjour Madame,\npourriez-vous me faire parvenir votre RIB et vos trois derniers bulletins de salaire, ainsi que l’avis d’imposition 2024 ? La facture aussi. Bien à vous.") {
		kinds = append(kinds, n.Kinds...)
		if slices.Contains(n.Kinds, "avis_imposition") && !slices.Equal(n.Years, []int{2024}) {
			t.Errorf("years %v", n.Years)
		}
	}
	if want := []Kind{"rib", "bulletin_salaire", "avis_imposition"}; !slices.Equal(kinds, want) {
		t.Errorf("%v, want %v", kinds, want)
	}
	if got := tab.Wants("J’ai bien lu votre livret de famille. Le bail est clair."); len(got) != 0 {
		t.Errorf("what is not asked for: %+v", got)
	}
	if got := tab.Wants("Je vous confirme notre rendez-vous de mardi. À bientôt."); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"", "K-bis", "….pdf", "a b c d e f", "12-", "M.", "moins de 3 mois", "\xff\xfe", "livret a a"} {
		f.Add(s, "RIB")
	}
	tab := table(f)
	f.Fuzz(func(t *testing.T, want, have string) {
		tab.Answers(tab.Read(want), tab.Read(have), now, now)
		tab.Wants(want)
	})
}
