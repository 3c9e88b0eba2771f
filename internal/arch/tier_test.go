package arch

import (
	"os"
	"path"
	"slices"
	"strings"
	"testing"
)

// The tiers, lowest first: a package imports its own tier and those before it.
const (
	vocabulary = iota
	platform
	rights
	nouns
	across
	entrance
	transports
	wiring
	program
)

// tiers is the picture of the house. Nouns stand in the order in which they
// may import each other: each only those before it.
var tiers = [][]string{
	vocabulary: {"fault", "id", "i18n", "fold", "law", "totp", "seedtest"},
	platform:   {"config", "store", "vault", "blob", "journal", "outbox", "mail", "live", "search", "worker", "outbound", "sms", "metric", "certificate", "trace", "paper", "scan", "likeness", "prose", "oidc", "print", "keycard"},
	rights:     {"authz", "act"},
	nouns: {
		"account", "quota", "firm", "hostname", "token", "member", "contact", "circle", "space", "absence", "group", "item", "walk", "hold", "guard", "sanction", "vigilance", "conflict", "exhibit", "document", "preview", "bundle", "deposit", "request", "drive", "memo", "notice", "invitation", "provider", "depositlink", "freeze",
		"forum", "dire", "dispatch", "question", "attest", "offer", "agenda", "slot", "diffusion", "procedure", "invoice", "send", "distribution", "assembly", "isms", "requisition", "signature",
	},
	across:     {"overview", "support", "event", "webhook", "lifecycle", "backup", "rotation"},
	entrance:   {"front"},
	transports: {"web", "api", "dav"},
	wiring:     {"server", "doctor", "sample", "proof", "arch"},
}

// place returns the tier of a folder and the unit it belongs to there: the
// first folder under internal, or a program.
func place(folder string) (tier int, unit string, known bool) {
	rest, inside := strings.CutPrefix(folder, "internal/")
	if !inside {
		return program, folder, true
	}
	unit, _, _ = strings.Cut(rest, "/")
	for tier, units := range tiers {
		if slices.Contains(units, unit) {
			return tier, unit, true
		}
	}
	return 0, unit, false
}

func TestTiers(t *testing.T) { report(t, each(tierFaults)(tree(t))) }

func TestTierRules(t *testing.T) {
	for _, s := range []snippet{
		{"internal/id/x.go", "package id\nimport (\n\"strings\"\n\"golang.org/x/text/language\"\n\"cenacle/internal/fault\"\n\"cenacle/internal/store\" // bad\n\"modernc.org/sqlite\" // bad\n)"},
		{"internal/store/x.go", "package store\nimport (\n\"cenacle/internal/id\"\n\"cenacle/internal/vault\"\n\"cenacle/internal/authz\" // bad\n\"modernc.org/sqlite\"\n)"},
		{"internal/unknown/x.go", "package unknown // bad"},
		{"internal/space/x.go", "package space\nimport (\n\"cenacle/internal/circle\"\n\"cenacle/internal/memo\" // bad\n\"cenacle/internal/web\" // bad\n\"net/http\" // bad\n\"html/template\" // bad\n\"text/template\" // bad\n)"},
		{"internal/space/x_test.go", "package space\nimport (\n\"cenacle/internal/memo\"\n\"cenacle/internal/store/storetest\"\n)"},
		{"internal/web/page/home/x.go", "package home\nimport (\n\"cenacle/internal/memo\"\n\"cenacle/internal/web/ui\"\n\"cenacle/internal/api\" // bad\n\"cenacle/internal/store\" // bad\n\"cenacle/internal/vault\" // bad\n\"cenacle/internal/blob\" // bad\n\"cenacle/internal/server\" // bad\n)"},
		{"internal/space/x.go", "package space\nimport (\n\"crypto/sha256\"\n\"crypto/aes\" // bad\n\"crypto/cipher\" // bad\n\"golang.org/x/crypto/chacha20poly1305\" // bad\n\"crypto/ed25519\" // bad\n\"golang.org/x/mod/sumdb/note\" // bad\n\"math/rand/v2\" // bad\n)"},
		{"internal/vault/x.go", "package vault\nimport (\n\"crypto/aes\"\n\"crypto/ed25519\" // bad\n)"},
		{"internal/journal/x.go", "package journal\nimport (\n\"crypto/aes\" // bad\n\"crypto/ed25519\"\n\"golang.org/x/mod/sumdb/note\"\n)"},
		{"internal/journal/x_test.go", "package journal\nimport (\n\"crypto/aes\"\n\"math/rand\"\n)"},
		{"internal/store/x.go", "package store\nimport \"cenacle/internal/store/storetest\" // bad"},
		{"cmd/cenacle/main.go", "package main\nimport (\n\"cenacle/internal/server\"\n\"cenacle/internal/store\"\n)"},
	} {
		s.check(t, each(tierFaults))
	}
}

// tierFaults holds the imports of one file against the picture. Test files may
// import what they like: what they start does not ship.
func tierFaults(s *source) (out []offender) {
	if s.test {
		return nil
	}
	tier, unit, known := place(s.folder())
	if !known {
		return []offender{s.at(s.file.Name, "package %s stands in no tier; give it its place in internal/arch/tier_test.go", s.folder())}
	}
	for _, i := range s.file.Imports {
		p := strings.Trim(i.Path.Value, `"`)
		says := restricted(p, tier, unit)
		if says == "" {
			if ours, ok := strings.CutPrefix(p, "cenacle/"); ok {
				says = upward(ours, tier, unit)
			}
		}
		if says != "" {
			out = append(out, s.at(i, "%s imports %s: %s", s.folder(), p, says))
		}
	}
	return out
}

// upward says why a package of tier and unit may not import one of ours.
func upward(folder string, tier int, unit string) string {
	to, other, known := place(folder)
	switch {
	case forTests(folder):
		return "that package is for tests"
	case !known:
		return "that package stands in no tier"
	case to > tier:
		return "that is a later tier"
	case unit == other:
		return ""
	case tier == transports && to == transports:
		return "transports do not know each other"
	case tier == transports && slices.Contains([]string{"store", "vault", "blob"}, other):
		return "a transport reaches data through a noun"
	case tier == nouns && to == nouns && slices.Index(tiers[nouns], other) > slices.Index(tiers[nouns], unit):
		return "that noun comes later in the order of nouns"
	}
	return ""
}

// restricted says why a package of tier and unit may not import p, whoever
// wrote p.
func restricted(p string, tier int, unit string) string {
	external := strings.Contains(strings.SplitN(p, "/", 2)[0], ".")
	switch {
	case tier == vocabulary && external && !within(p, "golang.org/x/text", "golang.org/x/net/idna"):
		return "the vocabulary needs the standard library and x/text only"
	case tier == nouns && within(p, "net/http", "html/template", "text/template"):
		return "a noun knows no transport"
	case unit != "vault" && unit != "blob" && unit != "bench" && within(p, "crypto/aes", "crypto/cipher", "crypto/des", "crypto/rc4",
		"golang.org/x/crypto/chacha20", "golang.org/x/crypto/chacha20poly1305", "golang.org/x/crypto/nacl", "golang.org/x/crypto/xts", "github.com/tink-crypto"):
		return "ciphers belong to vault and blob, and to the bare server of the bench"
	case unit != "journal" && within(p, "crypto/ed25519", "golang.org/x/mod/sumdb/note"):
		return "signatures of the journal belong to journal"
	case unit != "bench" && unit != "seedtest" && within(p, "math/rand"):
		return "randomness comes from crypto/rand"
	}
	return ""
}

func within(p string, trees ...string) bool {
	return slices.ContainsFunc(trees, func(t string) bool { return p == t || strings.HasPrefix(p, t+"/") })
}

// TestDependenciesAreWritten wants a line in doc/dependencies.md for every
// module of others that the code imports.
func TestDependenciesAreWritten(t *testing.T) {
	doc, err := os.ReadFile(path.Join(root, "doc/dependencies.md"))
	if err != nil {
		t.Fatal(err)
	}
	var modules []string
	for line := range strings.Lines(string(doc)) {
		if module, found := strings.CutPrefix(line, "| "); found && strings.Contains(module, ".") {
			modules = append(modules, strings.Trim(strings.Fields(module)[0], "`"))
		}
	}
	report(t, each(func(s *source) (out []offender) {
		for _, i := range s.file.Imports {
			p := strings.Trim(i.Path.Value, `"`)
			if first, _, _ := strings.Cut(p, "/"); strings.Contains(first, ".") && !within(p, modules...) {
				out = append(out, s.at(i, "%s has no line in doc/dependencies.md", p))
			}
		}
		return out
	})(tree(t)))
	if len(modules) == 0 {
		t.Error("no module is listed in doc/dependencies.md")
	}
}
