package prose_test

import (
	"fmt"
	"math"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"cenacle/internal/prose"
)

// drawn writes a tree in one line.
func drawn(blocks []prose.Block) string {
	var b strings.Builder
	for _, x := range blocks {
		switch x.Kind {
		case prose.Item:
			fmt.Fprintf(&b, "<%d ", x.Number)
		case prose.Paragraph:
			b.WriteString("<")
		default:
			fmt.Fprintf(&b, "<%s ", x.Kind)
		}
		for _, w := range x.Words {
			text := w.Text
			if w.Strong {
				text = "**" + text + "**"
			}
			if w.Emphasis {
				text = "_" + text + "_"
			}
			if w.Href != "" {
				text = "[" + text + "→" + w.Href + "]"
			}
			b.WriteString(text)
		}
		b.WriteString(drawn(x.Blocks) + ">")
	}
	return b.String()
}

func TestRead(t *testing.T) {
	for source, want := range map[string]string{
		"":                                   "",
		"Bonjour,\nvoici.\n\nBien à vous":    "<Bonjour,\nvoici.><Bien à vous>",
		"un *mot* et **deux *trois***":       "<un _mot_ et **deux **_**trois**_>",
		`la clause \*4\* de C:\dossier`:      `<la clause *4* de C:\dossier>`,
		"- un\n- deux\n  - trois":            "<bullets <0 <un>><0 <deux><bullets <0 <trois>>>>>",
		"1. un\n3. trois\n7) autre":          "<numbers <1 <un>><3 <trois>>><numbers <7 <autre>>>",
		"12. décembre":                       "<numbers <12 <décembre>>>",
		"> cité\n\n# Titre\n\n---":           "<quote <cité>><heading Titre><rule >",
		"Me Leroy\n--\nParis\n===":           "<Me Leroy\n--\nParis\n===>",
		"    un retrait\n\n`code`\n\n```\nx": "<un retrait><`code`><```\nx>",
		"<b>gras</b> &amp; &eacute;":         "<<b>gras</b> &amp; &eacute;>",
		"<div>\n<Mme Petit>\n</div>":         "<<div>\n<Mme Petit>\n</div>>",
		"article L. 121-1 du code_civil_x":   "<article L. 121-1 du code_civil_x>",
		"https://exemple.fr/a?b=1.":          "<[https://exemple.fr/a?b=1→https://exemple.fr/a?b=1].>",
		"<https://exemple.fr/>":              "<[https://exemple.fr/→https://exemple.fr/]>",
		"voir www.exemple.fr":                "<voir [www.exemple.fr→http://www.exemple.fr]>",
		"claire@exemple.fr":                  "<claire@exemple.fr>",
		"[ici](https://exemple.fr/a)":        "<[ici→https://exemple.fr/a] (exemple.fr)>",
		`[ici](https://exemple.fr "Acte")`:   "<[ici→https://exemple.fr] (Acte, exemple.fr)>",
		"[exemple.fr](https://exemple.fr/)":  "<[exemple.fr→https://exemple.fr/]>",
		"![plan](https://exemple.fr/p.png)":  "<[plan→https://exemple.fr/p.png] (exemple.fr)>",
		"![](https://exemple.fr/p.png)":      "<(exemple.fr)>",
		"[a]: https://exemple.fr\n\n[a]":     "<[a]: [https://exemple.fr→https://exemple.fr]><[a]>",
	} {
		if got := drawn(prose.Read(source)); got != want {
			t.Errorf("%q:\n got %s\nwant %s", source, got, want)
		}
	}
}

// OUT-01: what somebody writes leads nowhere but to a web page, and says which.
func TestOUT01_LinksSayWhereTheyLead(t *testing.T) {
	for source, want := range map[string]string{
		"[x](javascript:alert(1))":                    "<x (javascript:alert(1))>",
		"[x](JaVaScRiPt:alert(1))":                    "<x (JaVaScRiPt:alert(1))>",
		"[x](\x01javascript:alert(1))":                "<x (\x01javascript:alert(1))>",
		"[x](data:text/html;base64,PHNjcmlwdD4=)":     "<x (data:text/html;base64,PHNjcmlwdD4=)>",
		"![x](data:image/png;base64,iVBORw0KGgo=)":    "<x (data:image/png;base64,iVBORw0KGgo=)>",
		"[x](vbscript:msgbox)":                        "<x (vbscript:msgbox)>",
		"[x](file:///etc/passwd)":                     "<x (file:///etc/passwd)>",
		"[x](//exemple.fr)":                           "<x (//exemple.fr)>",
		"[x](/espaces/1/supprimer)":                   "<x (/espaces/1/supprimer)>",
		"[x](https:exemple.fr)":                       "<x (https:exemple.fr)>",
		"[x](https://banque.fr@voleur.fr)":            "<x (https://banque.fr@voleur.fr)>",
		"[https://banque.fr](https://voleur.fr)":      "<[https://banque.fr→https://voleur.fr] (voleur.fr)>",
		"[https://аррӏе.com](https://аррӏе.com)":      "<[https://аррӏе.com→https://xn--80ak6aa92e.com] (xn--80ak6aa92e.com)>",
		"<javascript:alert(1)>":                       "<javascript:alert(1)>",
		"[![x](https://a.fr/p.png)](https://b.fr/q)":  "<[x→https://a.fr/p.png][ (a.fr)→https://b.fr/q] (b.fr)>",
		"[x](https://exemple.fr/\"onclick=alert\\(1)": "<[x→https://exemple.fr/%22onclick=alert%281] (exemple.fr)>",
	} {
		if got := drawn(prose.Read(source)); got != want {
			t.Errorf("%q:\n got %s\nwant %s", source, got, want)
		}
	}
}

// letters are those of a text, and its figures.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}

func words(blocks []prose.Block, each func(prose.Words)) {
	for _, b := range blocks {
		if b.Number > 0 {
			each(prose.Words{Text: fmt.Sprint(b.Number)})
		}
		for _, w := range b.Words {
			each(w)
		}
		words(b.Blocks, each)
	}
}

// OUT-01: whatever is written, every letter of it is shown, in its order, unless
// it is of an address, and every address is one of a web page.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"# a\n> b\n1. c\n   - d\n***e***", "[a](b 'c') ![d](https://e.fr)", "<script>x</script>", "\x00a\r\nb\t- c", "1. \n2. b\n\n      c",
		"- - 1. > a", "&#x41; \\& a\\\nb", "http://[::1]/a https://ü.fr", "000000001. a", "## a ##",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		if !utf8.ValidString(source) {
			return // no memo holds it
		}
		var shown strings.Builder
		words(prose.Read(source), func(w prose.Words) {
			shown.WriteString(w.Text)
			if w.Href == "" {
				return
			}
			if u, err := url.Parse(w.Href); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
				t.Errorf("%q leads to %q", source, w.Href)
			}
		})
		if plain := !strings.ContainsAny(source, "[]()<0\x00") && !strings.Contains(source, "xn--"); plain && letters(shown.String()) != letters(source) {
			t.Errorf("%q is shown as %q", source, shown.String())
		}
	})
}

// A text made to be slow to read is no slower, beside a letter of its length read in
// the same run, than its marks make it; one made to be deep is not deep.
func TestReadIsBounded(t *testing.T) {
	quickest := func(source string) time.Duration {
		took := time.Duration(math.MaxInt64)
		for range 5 {
			began := time.Now()
			prose.Read(source)
			took = min(took, time.Since(began))
		}
		return took
	}
	for _, size := range []int{2000, 20_000} { // some just short of mostMarks, all beyond it
		letter := quickest(strings.Repeat("Merci de vérifier l’adresse. ", size/30))
		for _, part := range []string{"> ", "- ", "1. ", "*", "**a ", "_a*", "[", "![", "[a](", "<", "\\", "> - ", "http://a", "(", "\n- a\n  ", "a@", "# "} {
			source := strings.Repeat(part, size/len(part))
			if took := quickest(source); took > 500*letter {
				t.Errorf("%q, over and over: %d times a letter of %d bytes", part, took/letter, size)
			}
			if d := depth(prose.Read(source)); d > 8 {
				t.Errorf("%q, over and over: %d blocks in each other", part, d)
			}
		}
	}
	if got := drawn(prose.Read(strings.Repeat("*a* ", 5000))); got != "<"+strings.Repeat("*a* ", 5000)+">" {
		t.Errorf("a text with too many marks is shown as %.80q", got)
	}
}

func depth(blocks []prose.Block) (most int) {
	for _, b := range blocks {
		most = max(most, 1+depth(b.Blocks))
	}
	return most
}
