package sample

import (
	"bytes"
	"fmt"
	"strings"
)

// The papers of the demonstration are made here, so that nothing real is ever
// in the program: small PDF files (ISO 32000-1) with one standard font.

func agreement() []byte {
	return pdf("CONVENTION DE DIVORCE PAR CONSENTEMENT MUTUEL",
		"Projet – document de démonstration, sans aucune valeur.", "",
		"Entre Madame Sophie Petit et Monsieur Julien Petit, personnages fictifs,",
		"il est convenu ce qui suit :", "",
		"Article 1 – Résidence des enfants", "La résidence des enfants est fixée en alternance, une semaine sur deux.", "",
		"Article 2 – Vacances scolaires", "La première moitié des vacances revient à la mère les années paires.", "",
		"Article 3 – Logement", "Le logement commun est attribué à Madame Petit jusqu'au 31 août 2027.", "",
		"Rappel : la convention ne peut être signée avant l'expiration d'un délai de",
		"réflexion de quinze jours à compter de la réception du projet (C. civ., art. 229-4).")
}

func note() []byte {
	return pdf("NOTE INTERNE", "Document de démonstration.", "", "Vérifier la date d'achat du logement.", "Demander le tableau d'amortissement.")
}

func demand() []byte {
	return pdf("MISE EN DEMEURE", "Document de démonstration, adressé à une société fictive.", "",
		"Douze factures demeurent impayées pour un total de 18 240,00 euros.", "Sans règlement sous huit jours, le tribunal sera saisi.")
}

func paper(name string) []byte {
	return pdf(strings.ToUpper(strings.TrimSuffix(name, ".pdf")), "Document de démonstration.")
}

// pdf lays lines out on one A4 page.
func pdf(title string, lines ...string) []byte {
	var text bytes.Buffer
	fmt.Fprintf(&text, "BT /F1 15 Tf 64 760 Td (%s) Tj /F1 11 Tf 0 -34 Td 17 TL", winAnsi(title))
	for _, l := range lines {
		fmt.Fprintf(&text, " (%s) Tj T*", winAnsi(l))
	}
	text.WriteString(" ET")
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R /Lang (fr-FR) >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font << /F1 4 0 R >> >> >>",
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", text.Len(), text.String()),
	}
	var out bytes.Buffer
	out.WriteString("%PDF-1.4\n")
	var at []int
	for i, o := range objects {
		at = append(at, out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, offset := range at {
		fmt.Fprintf(&out, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&out, "trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, xref)
	return out.Bytes()
}

// winAnsi encodes text for a standard font and a PDF string.
func winAnsi(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch r {
		case '(', ')', '\\':
			b.WriteByte('\\')
			b.WriteByte(byte(r))
		case '–':
			b.WriteByte(0x96)
		case '’':
			b.WriteByte(0x92)
		case '€':
			b.WriteByte(0x80)
		case 'œ':
			b.WriteByte(0x9c)
		default:
			if r > 0xff {
				r = '?'
			}
			b.WriteByte(byte(r))
		}
	}
	return b.String()
}
