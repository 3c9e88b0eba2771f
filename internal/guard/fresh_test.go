package guard_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"cenacle/internal/act"
	"cenacle/internal/authz"
	"cenacle/internal/document"
	"cenacle/internal/document/documenttest"
	"cenacle/internal/fold"
	"cenacle/internal/guard"
	"cenacle/internal/id"
	"cenacle/internal/seedtest"
	"cenacle/internal/store"
)

// Parts of names that no other test has: foreign, compound, with hyphens, with
// particles, of one syllable, and of companies.
var (
	givenNames = []string{
		"Aïcha", "Jean-Baptiste", "Marie-Ange", "Zoltán", "Małgorzata", "José María", "Oleksandr", "Siân", "Hans-Jürgen", "Yūki", "Mai Linh", "Fatou",
		"Ísak", "Anne-Sophie", "Thibaut", "Ingeborg", "Ravi", "Ségolène",
	}
	surnames = []string{
		"Nguyễn Văn", "de La Rochebrune", "van der Meulen", "El Khattabi", "Ben Youssef", "Da Silva Ferreira", "MacLennan", "O’Sullivan", "d’Abbadie", "L’Hermitte",
		"Dupont-Vasseur", "Saint-Amand", "Öztürk", "Żukowski", "Šimková", "García Lorente", "von Habenstein", "Le Floc’h", "N’Guessan", "Ba", "Li", "Petit-Jean",
		"Martín-Etxeberria", "Abd el-Rahman", "Tran", "Ó Briain", "Ångström", "Lévy-Strausz",
	}
	companies = []string{
		"SARL Bâtir & Rénover", "Boulangerie Tournesol EURL", "Étude Montclar et Associés", "3D Volumes SAS", "L’Atelier du Hêtre SARL", "Müller Fördertechnik GmbH",
		"Northwind Freight Ltd", "SELARL Pharmacie du Phare", "Transports Quéméneur SAS", "GAEC du Vallon", "SCI Bellerive", "Studio Œil-de-Lynx SASU",
	}
	// How a letter and a file speak of somebody.
	letters = []string{"Bonjour,\n\nComme %s nous l’a demandé, voici le projet.", "%s,\n\nVotre audience est fixée au 3 mai.", "Le dossier de %s est complet : rien ne manque."}
	titles  = []string{"Convention %s", "%s - projet", "2026-11_%s_v2"}
	legal   = []string{"SARL", "EURL", "SAS", "SASU", "GmbH", "Ltd", "SELARL", "GAEC", "SCI"}
)

// somebody is a person or a company, and the ways their name is written.
type somebody struct{ civility, given, surname, company string }

func (p somebody) name() string {
	if p.company != "" {
		return p.company
	}
	return p.civility + " " + p.given + " " + p.surname
}

// ways are how others write the name, in a letter.
func (p somebody) ways() []string {
	if p.company != "" {
		words := strings.Fields(p.company)
		for _, form := range legal {
			words = strings.Fields(strings.ReplaceAll(" "+strings.Join(words, " ")+" ", " "+form+" ", " "))
		}
		bare := strings.Join(words, " ")
		out := []string{p.company, bare, strings.ToUpper(bare), ascii(bare), "la société " + bare}
		if len(words) > 1 {
			out = append(out, small(bare)) // « la boulangerie Tournesol »
		}
		return out
	}
	whole := p.given + " " + p.surname
	return []string{
		whole, p.civility + " " + p.surname, strings.ToUpper(p.surname) + " " + p.given, p.surname + ", " + p.given, ascii(whole),
		initials(p.given) + " " + p.surname, p.civility + " " + strings.ToUpper(whole), strings.ReplaceAll(whole, "’", "'"), strings.ReplaceAll(whole, "-", " "),
	}
}

// whole are those that are nobody else's: a surname alone is a spouse's too, and
// the M. of Małgorzata is that of Monsieur.
func (p somebody) whole() []string {
	all := p.ways()
	if p.company != "" {
		return all
	}
	return slices.DeleteFunc(append(all[:1:1], all[2:]...), func(way string) bool { return way == "M. "+p.surname })
}

// files are how others write it in the name of a file.
func (p somebody) files() []string {
	out := []string{}
	for _, w := range p.ways()[:2] {
		out = append(out, w, strings.ReplaceAll(w, " ", "_"), strings.ToLower(strings.ReplaceAll(w, " ", "-")), strings.ReplaceAll(ascii(w), " ", "."))
	}
	return out
}

// ascii is a name as a keyboard without accents has it.
func ascii(name string) string {
	words := strings.Fields(name)
	for i, w := range words {
		key := fold.Key(w)
		words[i] = strings.ToUpper(key[:1]) + key[1:]
	}
	return strings.Join(words, " ")
}

// small is a name with a small first letter, as it stands within a sentence.
func small(name string) string {
	r, n := utf8.DecodeRuneInString(name)
	return string(unicode.ToLower(r)) + name[n:]
}

func initials(given string) string {
	var out []string
	for _, w := range strings.FieldsFunc(given, func(r rune) bool { return r == ' ' || r == '-' }) {
		out = append(out, string([]rune(w)[0])+".")
	}
	return strings.Join(out, "-")
}

// draw makes twenty clients and twenty opponents of those parts. Some opponents
// bear the surname of the client, as in a divorce.
func draw(r *rand.Rand) (clients, opponents []somebody) {
	shuffled := func(of []string) []string {
		out := append([]string(nil), of...)
		r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
		return out
	}
	names, firms := shuffled(surnames), shuffled(companies)
	person := func(surname string) somebody {
		return somebody{[]string{"Mme", "M."}[r.IntN(2)], givenNames[r.IntN(len(givenNames))], surname, ""}
	}
	for i := range 20 {
		client, opponent := somebody{company: firms[i%6]}, somebody{company: firms[6+i%6]}
		if i >= 6 {
			client, opponent = person(names[i-6]), person(names[14+(i-6)%14])
		}
		if i%5 == 4 && i >= 6 {
			opponent = person(client.surname)
			for opponent.given == client.given {
				opponent = person(client.surname)
			}
		}
		clients, opponents = append(clients, client), append(opponents, opponent)
	}
	return clients, opponents
}

// cast is a firm whose people have generated names.
type cast struct {
	*firm
	clients, opponents []somebody
}

func (c *cast) pick(of []string) string { return of[c.r.IntN(len(of))] }

// right is a correct sending: the names of the file in whatever way, with those
// of courts, colleagues and towns that are nobody's.
func (c *cast) right(s *file) outcome {
	c.ordinal++
	i := c.index(s)
	client, opponent := c.pick(c.clients[i].ways()), c.pick(c.opponents[i].ways())
	texts := []string{
		"Bonjour,\n\n%s sera entendu le jeudi 12 mars par Madame Vauquelin, juge aux affaires familiales de Montpellier. %s ne sera pas là.",
		"Le confrère de %[2]s, Maître Roquemaure, propose une médiation à Saint-Jean-de-Luz. Dites-nous ce que %[1]s en pense.",
		"Pour %s : l’expert, M. Castelnau, ira sur place avec le géomètre de la Société Topométrie de l’Aude. %s a été prévenu.",
		"%s contre %s : le Crédit du Languedoc a répondu. Le dossier de Mme la bâtonnière Ferrières suit.",
	}
	titles := []string{"Requête %s contre %s", "PV de M. Castelnau - %s - %s", "%s_%s_conclusions", "Convocation Cour d’appel de Nîmes %s %s"}
	if c.r.IntN(2) == 0 {
		return c.memo(s, []id.Circle{s.to.Client}, fmt.Sprintf(c.pick(texts), client, opponent))
	}
	title := fmt.Sprintf(c.pick(titles), c.pick(c.clients[i].files()), c.pick(c.opponents[i].files())) + fmt.Sprintf(" %d.pdf", c.ordinal)
	send := []func(*file, string, []byte, []id.Circle) outcome{c.document, c.upload}[c.r.IntN(2)]
	return send(s, title, fmt.Appendf(nil, "octets %d", c.ordinal), []id.Circle{s.to.Client})
}

func (c *cast) index(of *file) int {
	for i, s := range c.files {
		if s == of {
			return i
		}
	}
	return -1
}

// wrong plants one of the four errors, with the name written in another way than
// it was kept.
func (c *cast) wrong(kind, n int) (outcome, guard.Reason) {
	i := n % len(c.files)
	s, o := c.files[i], (i+1+c.r.IntN(len(c.files)-1))%len(c.files)
	c.ordinal++
	switch kind {
	case 0:
		fresh := &file{id: c.Space(c.Lead, s.name+" bis"), name: s.name}
		fresh.to = c.Circles(c.Lead, fresh.id)
		_, err := guard.NewService(c.Office).Add(c.t.Context(), c.Lead, fresh.id, s.opponent)
		c.Must(err)
		as := c.pick(c.opponents[i].whole())
		c.Member(c.Lead, fresh.id, authz.Guest, as)
		out := c.memo(fresh, []id.Circle{fresh.to.All}, "Voici ce que nous demanderons.")
		out.what = fmt.Sprintf("%q, let in as %q", s.opponent, as)
		return out, guard.Adverse
	case 2:
		if c.r.IntN(2) == 0 {
			return c.memo(s, []id.Circle{s.to.Client}, fmt.Sprintf(c.pick(letters), c.pick(c.clients[o].ways()))), guard.Stranger
		}
		title := fmt.Sprintf(c.pick(titles), c.pick(c.clients[o].files()))
		return c.document(s, title+fmt.Sprintf(" %d.pdf", c.ordinal), fmt.Appendf(nil, "autre %d", c.ordinal), []id.Circle{s.to.Client}), guard.Stranger
	}
	return c.firm.wrong(kind, n)
}

// TestEveryWay: each of these names is met however it is written, wherever.
func TestEveryWay(t *testing.T) {
	var all []somebody
	for _, company := range companies {
		all = append(all, somebody{company: company})
	}
	for _, surname := range surnames {
		for _, given := range givenNames {
			for _, civility := range []string{"Mme", "M."} {
				all = append(all, somebody{civility, given, surname, ""})
			}
		}
	}
	met := func(p somebody, in string, title bool) {
		if !guard.Answers(p.name(), in, title) {
			t.Errorf("%q is not met in %q", p.name(), in)
		}
	}
	for _, p := range all {
		for _, way := range p.ways() {
			for _, letter := range letters {
				met(p, fmt.Sprintf(letter, way), false)
			}
		}
		for _, way := range p.whole() {
			if !guard.Alike(p.name(), way) {
				t.Errorf("%q is not %q", p.name(), way)
			}
		}
		for _, file := range p.files() {
			for _, title := range titles {
				met(p, fmt.Sprintf(title, file), true)
			}
		}
	}
}

// TestFreshNames sends two hundred times again, with names that are drawn anew in
// every run and written in every way.
func TestFreshNames(t *testing.T) {
	seed := seedtest.Of(t)
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		r := rand.New(rand.NewPCG(seed, 0))
		c := &cast{}
		c.clients, c.opponents = draw(r)
		var names, against []string
		for i := range c.clients {
			names, against = append(names, c.clients[i].name()), append(against, c.opponents[i].name())
		}
		c.firm = firmOf(t, h, r, names, against)
		c.twoHundred(c.right, c.wrong)
	})
}

var (
	deleteNames = store.ForFirm(`delete from known_name where firm_id = $1`)
	ageMark     = store.ForFirm(`update known_mark set rule = 0 where firm_id = $1`)
)

// TestLearntAgain: names that a former program has learnt, by a rule that did not
// know initials, are learnt again.
func TestLearntAgain(t *testing.T) {
	documenttest.Each(t, document.Config{}, func(t *testing.T, h *documenttest.House) {
		f := firmOf(t, h, rand.New(rand.NewPCG(1, 0)), []string{"Mme Aïcha Öztürk", "M. Ravi Tran"}, []string{"M. Zoltán Šimko", "SCI Bellerive"})
		s, to := f.files[1], []id.Circle{f.files[1].to.Client}
		h.Must(h.Office.Keep(t.Context(), h.Lead.Firm, func(a *act.Act) error {
			if err := a.Write(deleteNames); err != nil {
				return err
			}
			return a.Write(ageMark)
		}))
		if o := f.memo(s, to, "Comme A. Öztürk l’a demandé."); o.stopped() {
			t.Fatalf("stopped before anything was learnt: %v", o.reasons)
		}
		h.Must(h.Documents.Sweep(t.Context(), h.Lead.Firm))
		if o := f.memo(s, to, "Comme A. Öztürk l’a demandé."); !o.stopped() {
			t.Error("a name that was learnt by a former rule is not learnt again")
		}
	})
}

// TestOneFamily: a surname that begins with what might be an initial makes no two
// people of a family one.
func TestOneFamily(t *testing.T) {
	for _, tt := range []struct {
		one, other string
		alike      bool
	}{
		{"M. Oleksandr Ó Briain", "M. Aïcha Ó Briain", false},
		{"Oleksandr Ó Briain", "Orla Ó Briain", false},
		{"O. Ó Briain", "Oleksandr Ó Briain", true},
		{"Ó BRIAIN Oleksandr", "Oleksandr O Briain", true},
		{"S. Petit", "Sophie Petit", true},
		{"J.-B. Roux", "Jean-Baptiste Roux", true},
		{"Sophie Marie Petit", "Petit, Sophie", true},
	} {
		if got := guard.Alike(tt.one, tt.other); got != tt.alike {
			t.Errorf("%q and %q: alike %t", tt.one, tt.other, got)
		}
		if got := guard.Alike(tt.other, tt.one); got != tt.alike {
			t.Errorf("%q and %q: alike %t", tt.other, tt.one, got)
		}
	}
}
