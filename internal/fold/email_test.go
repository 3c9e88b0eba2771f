package fold

import (
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"

	"cenacle/internal/fault"
	"cenacle/internal/seedtest"
)

func TestEmail(t *testing.T) {
	for in, want := range map[string]string{
		"claire.petit@exemple.fr":               "claire.petit@exemple.fr",
		" Claire.Petit@Exemple.FR. ":            "claire.petit@exemple.fr",
		"\u00a0CLAIRE@EXEMPLE.FR\t\r\n":         "claire@exemple.fr",
		"claire+divorce@exemple.fr":             "claire+divorce@exemple.fr",
		"c.l.a.i.r.e@exemple.fr":                "c.l.a.i.r.e@exemple.fr",
		"ｃｌａｉｒｅ＠ｅｘｅｍｐｌｅ．ｆｒ":                     "claire@exemple.fr",
		"claire@Forêt.fr":                       "claire@xn--fort-ipa.fr",
		"claire@fore\u0302t.fr":                 "claire@xn--fort-ipa.fr",
		"claire@XN--FORT-IPA.fr":                "claire@xn--fort-ipa.fr",
		"claire@exemple。fr":                     "claire@exemple.fr",
		"Hélène@exemple.fr":                     "hélène@exemple.fr",
		"He\u0301le\u0300ne@exemple.fr":         "hélène@exemple.fr",
		"o'neil#{x}@a.b-c.museum":               "o'neil#{x}@a.b-c.museum",
		strings.Repeat("a", 64) + "@exemple.fr": strings.Repeat("a", 64) + "@exemple.fr",
	} {
		if got, err := Email(in); got != want || err != nil {
			t.Errorf("Email(%q) = %q, %v, want %q", in, got, err, want)
		}
	}
}

func TestEmailRefuses(t *testing.T) {
	for _, in := range []string{
		"", "@", "claire", "claire@", "@exemple.fr", "a@b@exemple.fr", "a＠b@exemple.fr",
		"cla ire@exemple.fr", "claire@exem ple.fr", "claire\x00@exemple.fr", "claire@exemple.fr\x00",
		"claire\r\nBcc: x@exemple.fr", "claire\u200b@exemple.fr", "claire\u202e@exemple.fr", "claire@exem\u200dple.fr",
		`"claire petit"@exemple.fr`, "claire(x)@exemple.fr", "claire@exemple.fr,b@exemple.fr", "Claire <claire@exemple.fr>",
		".claire@exemple.fr", "claire.@exemple.fr", "cl..aire@exemple.fr", "claire@.fr", "claire@exemple..fr",
		"claire@localhost", "claire@[192.0.2.1]", "claire@192.0.2.1", "claire@exemple_x.fr", "claire@-exemple.fr", "claire@exemple-.fr",
		"claire@xn--a.fr", "claire\xff@exemple.fr", "claire😀@exemple.fr", "claire@\u0627a.fr",
		strings.Repeat("a", 65) + "@exemple.fr", "a@" + strings.Repeat("exemple.", 40) + "fr", strings.Repeat("a", 1<<20),
	} {
		got, err := Email(in)
		if err == nil || !fault.Is(err, fault.Invalid) {
			t.Errorf("Email(%.60q) = %q, %v, want a fault", in, got, err)
		}
	}
}

// TestISO14_OneMailboxOneIdentity writes one mailbox in ways that must meet,
// and makes other mailboxes that look alike and must not.
func TestISO14_OneMailboxOneIdentity(t *testing.T) {
	seed := seedtest.Of(t)
	random := rand.New(rand.NewPCG(seed, 14))
	same := []func(local, domain string) string{
		func(l, d string) string { return strings.ToUpper(l) + "@" + d },
		func(l, d string) string { return l + "@" + strings.ToUpper(d) },
		func(l, d string) string { return norm.NFD.String(l) + "@" + norm.NFD.String(d) },
		func(l, d string) string { return width.Widen.String(l) + "＠" + width.Widen.String(d) },
		func(l, d string) string { return " \u00a0" + l + "@" + d + ". \t" },
		func(l, d string) string { a, _ := idna.ToASCII(d); return l + "@" + a }, // the domains below all convert
		func(l, d string) string { return l + "@" + strings.ReplaceAll(d, ".", "。") },
	}
	other := []func(local, domain string) string{
		func(l, d string) string { return l + "+x@" + d },
		func(l, d string) string { return l[:1] + "." + l[1:] + "@" + d },
		func(l, d string) string { return l + "@sub." + d },
		func(l, d string) string { return l + "@" + strings.Replace(d, ".", "-x.", 1) },
		func(l, d string) string { return strings.Replace(l, "a", "а", 1) + "@" + d }, // Cyrillic
		func(l, d string) string { return strings.Replace(l, "a", "à", 1) + "@" + d },
		func(l, d string) string { return l + l + "@" + d },
	}
	domains := []string{"exemple.fr", "forêt-noire.fr", "cabinet.exemple.eu", "straße.example", "münchen.example"}
	for range 5000 {
		local, domain := mailbox(random), domains[random.IntN(len(domains))]
		want, err := Email(local + "@" + domain)
		if err != nil {
			t.Fatalf("Email(%q): %v", local+"@"+domain, err)
		}
		spelt := same[random.IntN(len(same))](local, domain)
		if got, err := Email(spelt); got != want || err != nil {
			t.Errorf("%q is %q, %v; want the identity %q", spelt, got, err, want)
		}
		alike := other[random.IntN(len(other))](local, domain)
		if got, err := Email(alike); got == want || err != nil {
			t.Errorf("%q is %q, %v; want another identity than %q", alike, got, err, want)
		}
		if again, err := Email(want); again != want || err != nil {
			t.Errorf("the canonical %q folds again to %q, %v", want, again, err)
		}
	}
}

func mailbox(random *rand.Rand) string {
	letters := []rune("bcdefghijklmnopqrstuvwxyzéçü0123456789")
	out := []rune("xa")
	for range 1 + random.IntN(12) {
		out = append(out, letters[random.IntN(len(letters))])
	}
	return string(out)
}

func FuzzEmail(f *testing.F) {
	for _, s := range []string{"a@b.fr", "İ@İ.fr", "ß@ß.fr", "ﬁ@ﬁ.fr", "\u212a@x.fr", "a@xn--ls8h.la"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := Email(s)
		if err != nil {
			return
		}
		if again, err := Email(got); again != got || err != nil {
			t.Errorf("Email(%q) = %q, folded again %q, %v", s, got, again, err)
		}
		if len(got) > 254 || strings.Count(got, "@") != 1 || strings.ContainsAny(got, " \r\n\t\x00<>,;:\"()[]\\") {
			t.Errorf("Email(%q) = %q", s, got)
		}
	})
}
