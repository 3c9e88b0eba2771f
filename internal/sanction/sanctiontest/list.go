// Package sanctiontest makes lists of frozen assets for tests, in the form in which the
// Treasury publishes its own. Everybody in them is made of syllables.
package sanctiontest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// Person is one entry that is known to the test.
type Person struct {
	Number  int
	Nature  string // as the file says it: Personne physique, Personne morale or Navire
	First   string
	Name    string
	Aliases []string
	Birth   string // civil date, or a part of one
}

// Whole is her name as it is read.
func (p Person) Whole() string { return strings.TrimSpace(p.First + " " + p.Name) }

var (
	begin  = strings.Fields(`Khal Mouh Abd Youss Walid Qas Salm Tar Djam Serg Vlad Dmitr Mikh Alek Tch Jir Bor Yev Gorm Rust Zel Ulm Chark Nour Fath Hass Idr Omr Zhen Petr`)
	middle = strings.Fields(`a i ou e o ar en il im ov ad ur el am on ik as er ol ef`)
	end    = strings.Fields(`ed im id our ir an ev ov ine ak el off oum ani amed enko ich iyev ari oud al ass eur anov`)
	kinds  = []string{"Personne physique", "Personne physique", "Personne physique", "Personne morale", "Navire"}
	trades = strings.Fields(`Negoce Marine Petrol Invest Transit Foncier Logistique Trading Armement Chimie`)
)

func word(r *rand.Rand) string {
	w := begin[r.IntN(len(begin))] + middle[r.IntN(len(middle))]
	if r.IntN(2) == 0 {
		w += string("bdfgklmnrstvz"[r.IntN(13)]) + middle[r.IntN(len(middle))]
	}
	return w + string("bdfgklmnrstvz"[r.IntN(13)]) + end[r.IntN(len(end))]
}

// People are so many entries, each with a name of its own.
func People(r *rand.Rand, n int) (out []Person) {
	seen := map[string]bool{}
	for len(out) < n {
		p := Person{Number: 1000 + len(out), Nature: kinds[r.IntN(len(kinds))], Name: word(r)}
		switch p.Nature {
		case "Personne physique":
			p.First = word(r)
			p.Birth = fmt.Sprintf("%d-%02d-%02d", 1935+r.IntN(65), 1+r.IntN(12), 1+r.IntN(28))
			if r.IntN(4) == 0 {
				p.First = "Abd al-" + p.First
			}
			if r.IntN(4) == 0 {
				p.Birth = p.Birth[:4]
			}
		case "Personne morale":
			p.Name += " " + trades[r.IntN(len(trades))] + " " + word(r)
		}
		for range r.IntN(4) {
			p.Aliases = append(p.Aliases, strings.TrimSpace(p.First+" "+word(r)))
		}
		if !seen[p.Whole()] {
			seen[p.Whole()] = true
			out = append(out, p)
		}
	}
	return out
}

type field struct {
	TypeChamp string
	Valeur    []map[string]string
}

// File is a list of them, published on a civil date.
func File(published string, people ...Person) []byte {
	type entry struct {
		IdRegistre     int
		Nature, Nom    string
		RegistreDetail []field
	}
	var entries []entry
	for _, p := range people {
		e := entry{IdRegistre: p.Number, Nature: p.Nature, Nom: strings.ToUpper(p.Name)}
		add := func(kind string, values ...map[string]string) {
			e.RegistreDetail = append(e.RegistreDetail, field{kind, values})
		}
		if p.First != "" {
			add("PRENOM", map[string]string{"Prenom": p.First})
			add("SEXE", map[string]string{"Sexe": "Masculin"})
		}
		for _, a := range p.Aliases {
			add("ALIAS", map[string]string{"Alias": a, "Commentaire": ""})
		}
		if p.Birth != "" {
			parts := append(strings.Split(p.Birth, "-"), "", "")
			number := func(s string) string { return strings.TrimPrefix(s, "0") }
			add("DATE_DE_NAISSANCE", map[string]string{"Jour": number(parts[2]), "Mois": number(parts[1]), "Annee": parts[0]})
			add("LIEU_DE_NAISSANCE", map[string]string{"Lieu": "Port-Vieux", "Pays": "Syldavie"})
			add("NATIONALITE", map[string]string{"Pays": "Syldavie"})
		}
		add("FONDEMENT_JURIDIQUE", map[string]string{"FondementJuridique": "AUTRE", "FondementJuridiqueLabel": "Règlement d’exécution (UE) imaginaire"})
		add("MOTIFS", map[string]string{"Motifs": "Motif imaginaire n° " + strconv.Itoa(p.Number) + "."})
		entries = append(entries, e)
	}
	raw, err := json.Marshal(map[string]any{"Publications": map[string]any{"DatePublication": published + "T00:00:00", "PublicationDetail": entries}})
	if err != nil {
		panic(err) // texts and numbers alone
	}
	return raw
}
