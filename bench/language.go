package main

import (
	"math/rand/v2"
	"strconv"
	"strings"
)

// common are words of letters between firms and clients, the most frequent first.
// What follows them in a [language] is made of syllables, as names are.
const common = `de la le et les des en un du une que est pour qui dans au par plus pas vous sur ne se ce
il sont votre nous avec sa son ses ou cette aux mais leur comme ont avoir fait être bien deux même tout dont
été sans notre dossier maître article avocat tribunal contrat partie parties demande droit date acte pièce
code civil jugement société monsieur madame procédure cabinet client délai audience lettre conclusions montant
euros bail loyer paiement facture travail salarié employeur divorce époux épouse enfant pension prestation
convention notaire succession héritier testament vente immeuble prix garantie assurance sinistre expert
expertise rapport dommage préjudice réparation responsabilité faute preuve témoin attestation courrier
réponse accord signature projet clause statuts associé assemblée résolution gérant capital cession parts
créance débiteur créancier saisie huissier commissaire justice appel cour cassation arrêt motif moyen
dispositif ordonnance référé requête assignation mise demeure conciliation médiation honoraires provision
relevé compte bancaire virement impôt avis revenu fiscal déclaration identité passeport livret famille mariage
naissance domicile adresse téléphone copie original certifié conforme annexe bordereau communication adverse
confrère postulant rendez-vous calendrier clôture plaidoirie délibéré exécution signification notification`

// papers are how files are called.
const papers = `Bail Acte Avis Lettre Note Devis Reçu Relevé Contrat Facture Statuts Projet Plan Photo
Jugement Pouvoir Mandat Fiche Copie Attestation Rapport Courrier Annexe Bilan`

// language gives words as often as a language does: the n-th of them about 1/n
// as often as the first (Zipf), with a long tail of names that are rare.
type language struct {
	words  []string
	papers []string
	next   *rand.Zipf
	rand   *rand.Rand
}

const vocabulary = 60_000

// speak returns the language of one speaker. All have the same words.
func speak(seed uint64) *language {
	words := strings.Fields(common)
	taken := map[string]bool{}
	for _, w := range words {
		taken[w] = true
	}
	made := rand.New(rand.NewPCG(1, 1))
	for len(words) < vocabulary {
		if w := name(made); !taken[w] {
			taken[w] = true
			words = append(words, w)
		}
	}
	r := rand.New(rand.NewPCG(2, seed))
	return &language{words, strings.Fields(papers), rand.NewZipf(r, 1.1, 2.7, uint64(len(words)-1)), r}
}

// name is a word of two to four syllables.
func name(r *rand.Rand) string {
	first := strings.Fields("b br c ch d f g gr j l m n p pr qu r s t tr v")
	then := strings.Fields("a an au e é eau i in o on ou oi u el er")
	var out strings.Builder
	for range 2 + r.IntN(3) {
		out.WriteString(first[r.IntN(len(first))] + then[r.IntN(len(then))])
	}
	return out.String()
}

func (l *language) word() string { return l.words[l.next.Uint64()] }

// text is a short letter: some twenty words, sometimes sixty, with a date or an amount.
func (l *language) text() string {
	n := 12 + l.rand.IntN(16)
	if l.rand.IntN(20) == 0 {
		n *= 3
	}
	var out strings.Builder
	for range n {
		out.WriteString(l.word() + " ")
	}
	return out.String() + strconv.Itoa(1000+l.rand.IntN(9000))
}

// title is what a file is called: a kind of paper, one in four with a name, and
// a number.
func (l *language) title(i int) string {
	out := l.papers[l.rand.IntN(len(l.papers))]
	if l.rand.IntN(4) == 0 {
		out += " " + l.words[len(l.words)/200+l.rand.IntN(len(l.words)/10)]
	}
	return out + " " + strconv.Itoa(i) + ".txt"
}
