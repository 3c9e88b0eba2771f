package vigilance

import "cenacle/internal/i18n"

// Words says what a dossier lacks, or is to be looked at for, each in a sentence.
func Words(p *i18n.Printer, wants []Want) (out []string) {
	for _, w := range wants {
		key := "vigilance.want." + string(w.What)
		switch {
		case w.Of != "":
			out = append(out, p.T(key, p.T("vigilance.piece."+w.Of), i18n.Day(w.Day)))
		case w.Day != "":
			out = append(out, p.T(key, i18n.Day(w.Day)))
		default:
			out = append(out, p.T(key))
		}
	}
	return out
}
