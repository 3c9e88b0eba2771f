package vault

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"cenacle/internal/fault"
	"cenacle/internal/id"
)

const (
	aFirm  = id.Firm("01jd00000000000000000000fm")
	aSpace = id.Space("01jd000000000000000000spce")
)

var aPlace = Place{Table: "document", Column: "title", Row: "row"}

// countingKey is the key 00 01 02 … 1f of the vectors.
func countingKey() Key {
	var raw [KeySize]byte
	for i := range raw {
		raw[i] = byte(i)
	}
	return KeyOf(raw)
}

func spaceBox(k Key) *Box { return newBox(k, scope{kind: "space", firm: aFirm, space: aSpace}) }

func bytesOf(t *testing.T, text string) []byte {
	t.Helper()
	raw, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// The vectors were computed from the description in the package with Python's
// hmac and cryptography modules.
func TestVectors(t *testing.T) {
	b := spaceBox(countingKey())
	if got, want := hex.EncodeToString(b.Lookup("email", "anne@example.fr")), "e9aa6652947645cd3b68d6bc5f7e1574"; got != want {
		t.Errorf("Lookup = %s, want %s", got, want)
	}
	if got, want := hex.EncodeToString(b.MAC("membership", "ab", "c")),
		"64ef6783e60d6ce876fb2fa5473d4f97abc7d8810bf03d05309ce6a04e531c01"; got != want {
		t.Errorf("MAC = %s, want %s", got, want)
	}
	sealed := bytesOf(t, "01000102030405060708090a0b5113418bae8977252ffcfdb542049b2c998f6a261e35cc0f230466dd")
	if got, err := b.OpenText(aPlace, sealed); err != nil || got != "Pièce n° 3" {
		t.Errorf("OpenText = %q, %v", got, err)
	}
	wrapped := bytesOf(t, "01000102030405060708090a0b4b2adb501abc63c036a7dd36d4d6434e8d1620421c375bad5d8aff1efcbe882b4c73014e1ce61da86cbfc29712fa9de5")
	k, err := b.UnwrapKey(aPlace, wrapped)
	if raw := k.Bytes(); err != nil || raw != [KeySize]byte(bytes.Repeat([]byte{7}, KeySize)) {
		t.Errorf("UnwrapKey: %v", err)
	}
}

func TestSealOpens(t *testing.T) {
	b := spaceBox(NewKey())
	for _, plain := range []string{"", "a", strings.Repeat("é", 5000)} {
		sealed := b.SealText(aPlace, plain)
		if len(sealed) != len(plain)+29 {
			t.Errorf("%d bytes sealed in %d", len(plain), len(sealed))
		}
		if got, err := b.OpenText(aPlace, sealed); err != nil || got != plain {
			t.Errorf("OpenText of %d bytes: %v", len(plain), err)
		}
	}
	if bytes.Equal(b.SealText(aPlace, "x"), b.SealText(aPlace, "x")) {
		t.Error("two seals of one text are equal")
	}
}

func TestTamperedAtEveryBit(t *testing.T) {
	b := spaceBox(NewKey())
	sealed := b.SealText(aPlace, "Divorce Petit")
	for i := range len(sealed) * 8 {
		bad := bytes.Clone(sealed)
		bad[i/8] ^= 1 << (i % 8)
		refuse(t, fmt.Sprintf("bit %d", i), b, aPlace, bad)
	}
	for i := range sealed {
		refuse(t, fmt.Sprintf("cut at %d", i), b, aPlace, sealed[:i])
	}
	refuse(t, "longer", b, aPlace, append(bytes.Clone(sealed), 0))
	refuse(t, "nil", b, aPlace, nil)
}

func refuse(t *testing.T, what string, b *Box, p Place, sealed []byte) {
	t.Helper()
	got, err := b.Open(p, sealed)
	if !errors.Is(err, ErrTampered) || got != nil {
		t.Errorf("%s: Open = %q, %v; want ErrTampered", what, got, err)
	}
	var f *fault.Error
	if !errors.As(err, &f) || f.Key != "vault.tampered" {
		t.Errorf("%s: %v is not the fault vault.tampered", what, err)
	}
}

func TestMovedNeverOpens(t *testing.T) {
	k := NewKey()
	b := spaceBox(k)
	sealed, wrapped := b.SealText(aPlace, "secret"), b.WrapKey(aPlace, NewKey())
	for _, p := range []Place{
		{"memo", "title", "row"}, {"document", "name", "row"}, {"document", "title", "other"},
		{"documentt", "itle", "row"}, {"document", "titler", "ow"}, {"", "documenttitle", "row"}, {},
	} {
		refuse(t, fmt.Sprint(p), b, p, sealed)
		if _, err := b.UnwrapKey(p, wrapped); !errors.Is(err, ErrTampered) {
			t.Errorf("key unwrapped at %v: %v", p, err)
		}
	}
	for _, s := range []scope{
		{kind: "root"}, {kind: "directory"}, {kind: "firm", firm: aFirm},
		{kind: "space", firm: aFirm, space: "01jd000000000000000000spcf"},
		{kind: "space", firm: "01jd00000000000000000000fn", space: aSpace},
		{kind: "space", firm: aFirm + id.Firm(aSpace)},
		{kind: "firm", firm: aFirm, space: aSpace},
	} {
		refuse(t, fmt.Sprintf("scope %v under the same key", s), newBox(k, s), aPlace, sealed)
	}
	refuse(t, "another key", spaceBox(NewKey()), aPlace, sealed)
	refuse(t, "wrapped key opened as a text", b, aPlace, wrapped)
	if _, err := b.UnwrapKey(aPlace, b.Seal(aPlace, make([]byte, KeySize))); !errors.Is(err, ErrTampered) {
		t.Errorf("text unwrapped as a key: %v", err)
	}
}

func TestWrapKey(t *testing.T) {
	b, k := spaceBox(NewKey()), NewKey()
	got, err := b.UnwrapKey(aPlace, b.WrapKey(aPlace, k))
	if err != nil || got.Bytes() != k.Bytes() {
		t.Errorf("unwrapped another key: %v", err)
	}
}

func TestLookup(t *testing.T) {
	k := NewKey()
	b := spaceBox(k)
	want := b.Lookup("email", "anne@example.fr")
	if len(want) != 16 || !bytes.Equal(want, spaceBox(k).Lookup("email", "anne@example.fr")) {
		t.Errorf("Lookup is not stable: %x", want)
	}
	for what, got := range map[string][]byte{
		"value":   b.Lookup("email", "anna@example.fr"),
		"domain":  b.Lookup("phone", "anne@example.fr"),
		"border":  b.Lookup("emaila", "nne@example.fr"),
		"key":     spaceBox(NewKey()).Lookup("email", "anne@example.fr"),
		"purpose": b.MAC("email", "anne@example.fr")[:16],
	} {
		if bytes.Equal(got, want) {
			t.Errorf("another %s has the same lookup", what)
		}
	}
}

func TestMAC(t *testing.T) {
	k := NewKey()
	b := spaceBox(k)
	mac := b.MAC("membership", "ab", "c")
	if err := b.CheckMAC(mac, "membership", "ab", "c"); err != nil {
		t.Errorf("CheckMAC of the same row: %v", err)
	}
	for _, row := range [][]string{
		{"membership", "a", "bc"}, {"membership", "abc"}, {"membership", "ab", "c", ""}, {"membership", "", "ab", "c"},
		{"membership", "c", "ab"}, {"membershi", "pab", "c"}, {"circle", "ab", "c"}, {"membership"},
	} {
		if err := b.CheckMAC(mac, row[0], row[1:]...); !errors.Is(err, ErrTampered) {
			t.Errorf("CheckMAC of %q: %v", row, err)
		}
	}
	for i := range mac {
		bad := bytes.Clone(mac)
		bad[i] ^= 0x40
		if err := b.CheckMAC(bad, "membership", "ab", "c"); !errors.Is(err, ErrTampered) {
			t.Errorf("CheckMAC with byte %d changed: %v", i, err)
		}
	}
	if err := b.CheckMAC(mac[:16], "membership", "ab", "c"); !errors.Is(err, ErrTampered) {
		t.Errorf("CheckMAC of half a MAC: %v", err)
	}
	other := newBox(k, scope{kind: "firm", firm: aFirm})
	if err := other.CheckMAC(mac, "membership", "ab", "c"); !errors.Is(err, ErrTampered) {
		t.Errorf("CheckMAC in another scope: %v", err)
	}
}

func TestPrintsNoKey(t *testing.T) {
	k := countingKey()
	b := spaceBox(k)
	type holder struct {
		Key    Key
		Box    *Box
		Vault  *Vault
		hidden Key
	}
	h := holder{k, b, New(k), k}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%X", "%q", "%d"} {
		fmt.Fprintf(&out, verb+verb+verb+verb+"\n", k, b, h, &h)
	}
	fmt.Fprintln(&out, k, b, h.Vault)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "key", k, "box", b, "holder", h)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "key", k, "box", b, "holder", h)
	if err := json.NewEncoder(&out).Encode(h); err != nil {
		t.Fatal(err)
	}
	raw := k.Bytes()
	for _, secret := range [][]byte{{0, 1, 2, 3, 4, 5}, derive(raw[:], "lookup")[:6], derive(raw[:], "mac")[:6]} {
		for _, form := range []string{"%x", "%X", "% x", "%d", "%#v", "%s"} {
			text := strings.Trim(fmt.Sprintf(form, secret), "[]{}")
			if strings.Contains(out.String(), text) {
				t.Errorf("printed %s of a key", form)
			}
		}
	}
	if !strings.Contains(out.String(), redacted) {
		t.Error("nothing was printed")
	}
}

func TestWipe(t *testing.T) {
	k := NewKey()
	again := k
	k.Wipe()
	if again.Bytes() != [KeySize]byte{} {
		t.Error("a copy kept the bits")
	}
	if (Key{}).Valid() || !again.Valid() {
		t.Error("Valid is wrong")
	}
	Key{}.Wipe()
}

func TestBoxIsConcurrent(t *testing.T) {
	b := spaceBox(NewKey())
	var group sync.WaitGroup
	for n := range 8 {
		group.Go(func() {
			for i := range 200 {
				p := Place{"memo", "body", fmt.Sprintf("%d/%d", n, i)}
				if got, err := b.OpenText(p, b.SealText(p, p.Row)); err != nil || got != p.Row {
					t.Errorf("%s: %q, %v", p.Row, got, err)
				}
				if err := b.CheckMAC(b.MAC("t", p.Row), "t", p.Row); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}

func BenchmarkSealTitle(b *testing.B) {
	box := spaceBox(NewKey())
	for b.Loop() {
		box.SealText(aPlace, "Pièce n° 3 — été 2024 (définitif).pdf")
	}
}

func BenchmarkOpenTitle(b *testing.B) {
	box := spaceBox(NewKey())
	sealed := box.SealText(aPlace, "Pièce n° 3 — été 2024 (définitif).pdf")
	for b.Loop() {
		if _, err := box.OpenText(aPlace, sealed); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLookup(b *testing.B) {
	box := spaceBox(NewKey())
	for b.Loop() {
		box.Lookup("word", "testament")
	}
}
