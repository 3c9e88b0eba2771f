package account

import (
	"errors"
	"strings"
	"testing"

	"cenacle/internal/fault"
)

func TestCheckPassword(t *testing.T) {
	s := &Service{rule: newRule()}
	about := []string{"claire.petit@exemple.fr", "Claire Petit", "Cabinet Delmas & Associés"}
	const short, long, guessable = "account.password_short", "account.password_long", "account.password_guessable"
	for password, want := range map[string]string{
		"":                                  short,
		"abcdefghijklmn":                    short,
		"éééééééééééééé":                    short,
		strings.Repeat("é ", 101):           long,
		strings.Repeat("x", 1<<20):          long,
		"aaaaaaaaaaaaaaaaaaaa":              guessable,
		"123456789012345678":                guessable,
		"motdepassemotdepasse":              guessable,
		"M0tDeP@sse-2026!!!":                guessable,
		"azertyuiopqsdfghjklm":              guessable,
		"1qaz2wsx3edc4rfv":                  guessable,
		"abababababababababab":              guessable,
		"claire.petit@exemple.fr":           guessable,
		"ClairePetit-ClairePetit":           guessable,
		"CabinetDelmas&Associes":            guessable,
		"delmas-associes-2026":              guessable,
		"soleil soleil soleil":              guessable,
		"Janvier2026Janvier2026":            guessable,
		"zyxwvutsrqponmlkjihgfedcba":        guessable,
		"P a s s w o r d 1 2 3":             "", // a rule for machines, not for cunning
		good:                                "",
		"hublot, persil, lanterne 8":        "",
		"quatre canards traversent l'étang": "",
		"xK9#vQ2$mL7@pR4":                   "",
		"la barque prend l’eau":             "",
		"четыре синих журавля":              "",
		"雨の日は本を読む静かな午後の窓":                   "",
	} {
		err := s.CheckPassword(password, about...)
		if want == "" {
			if err != nil {
				t.Errorf("%q: %v", password, err)
			}
			continue
		}
		var f *fault.Error
		if !errors.As(err, &f) || f.Key != want || f.Field != "password" || f.Kind != fault.Invalid {
			t.Errorf("%.40q: %v, want %s", password, err, want)
		}
	}
	if err := s.CheckPassword("vermeille ondine kervadec"); err != nil {
		t.Error(err)
	}
	if err := s.CheckPassword("vermeille ondine kervadec", "Kervadec", "Vermeille", "Ondine"); err == nil {
		t.Error("what is known about her was not counted")
	}
}

func TestCommonWords(t *testing.T) {
	r := newRule()
	if len(r.words) < 300 {
		t.Fatalf("%d common words", len(r.words))
	}
	for w := range r.words {
		if len(w) < minPattern || len(w) > maxWord || strings.ContainsFunc(w, func(c rune) bool { return c < 'a' || c > 'z' }) {
			t.Errorf("%q is not a folded word of %d to %d letters", w, minPattern, maxWord)
		}
	}
}
