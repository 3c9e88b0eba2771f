package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/store/storetest"
)

func TestReceiptVerifiesAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		h.act(20)
		h.sequence()
		want := statement(t, 7, "Pièce n° 3 — été 2024 (définitif) .pdf", "b.pdf")
		raw := h.receipt(want)
		h.act(20)
		h.sequence()
		got, err := VerifyReceipt(raw, "")
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(got.Contents) != fmt.Sprint(want.Contents()) || got.Kind != "deposit.closed" || !got.At.Equal(morning) {
			t.Errorf("the report says %+v", got)
		}
		if got.Index != 20 || got.Size != 21 || got.Origin != Origin(h.firm.ID()) {
			t.Errorf("entry %d of %d in %s", got.Index, got.Size, got.Origin)
		}
		if last := got.Checks[4]; last.Name != CheckKey || last.Outcome != Compare {
			t.Errorf("without a trusted key: %+v", last)
		}
		for _, trusted := range []string{got.Verifier, got.Fingerprint, strings.ToUpper(got.Fingerprint)} {
			if again, err := VerifyReceipt(raw, trusted); err != nil || again.Checks[4].Outcome != Held {
				t.Errorf("trusting %q: %v", trusted, err)
			}
		}
		h.extends(t, got.Checkpoint)
		h.addFirm(s)
		stranger := h.receipt(want)
		other, err := VerifyReceipt(stranger, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, trusted := range []string{other.Verifier, other.Fingerprint, "0"} {
			if again, err := VerifyReceipt(raw, trusted); err == nil || again.Checks[4].Outcome != Failed {
				t.Errorf("a receipt of another key holds under %q", trusted)
			}
		}
	})
}

func (h *house) extends(t *testing.T, checkpoint string) {
	t.Helper()
	if _, err := h.Extends(t.Context(), h.firm, checkpoint); err != nil {
		t.Errorf("the journal does not extend the head of the receipt: %v", err)
	}
}

func TestReceiptIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouse(t, s)
		var entry id.Entry
		h.update(func(tx *store.Tx) (err error) {
			entry, err = h.Append(tx, morning, Entry{
				Kind: "deposit.closed", Space: h.spaces[0],
				Details: map[string]string{"statement": statement(t, 1, "a").Digest()},
			})
			return err
		})
		_, err := h.Receipt(t.Context(), h.firm, entry, statement(t, 2, "a"))
		wantKey(t, err, "journal.receipt.false")
		_, err = h.Receipt(t.Context(), h.firm, entry, Statement{})
		wantKey(t, err, "journal.receipt.false")
		_, err = h.Receipt(t.Context(), h.firm, id.New[id.Entry](morning), statement(t, 1, "a"))
		wantKey(t, err, "fault.absent")
		h.update(func(tx *store.Tx) error { return h.ring.DestroySpace(tx, h.spaces[0]) })
		_, err = h.Receipt(t.Context(), h.firm, entry, statement(t, 1, "a"))
		wantKey(t, err, "journal.erased")
	})
	_, err := VerifyReceipt(make([]byte, ReceiptLimit+1), "")
	wantKey(t, err, "journal.receipt.large")
}

func wantKey(t *testing.T, err error, key string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Key != key {
		t.Errorf("error %v, want %s", err, key)
	}
}

// A statement keeps its digest through JSON, and any change changes it.
func TestStatementDigest(t *testing.T) {
	s := statement(t, 3, "a", "b\x00\n", "")
	raw, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var again Statement
	if err := json.Unmarshal(raw, &again); err != nil || again.Digest() != s.Digest() {
		t.Errorf("read back %v, %v", again, err)
	}
	digests := map[string]string{s.Digest(): "itself"}
	for name, change := range map[string]func(c *Contents){
		"firm":    func(c *Contents) { c.Firm += "x" },
		"shifted": func(c *Contents) { c.Firm, c.Person = c.Firm+c.Person[:1], c.Person[1:] },
		"number":  func(c *Contents) { c.Number++ },
		"closed":  func(c *Contents) { c.ClosedAt = c.ClosedAt.Add(1000) },
		"name":    func(c *Contents) { c.Items[0].Name = "A" },
		"size":    func(c *Contents) { c.Items[1].Size++ },
		"bytes":   func(c *Contents) { c.Items[1].SHA256[31] ^= 1 },
		"order":   func(c *Contents) { c.Items[0], c.Items[1] = c.Items[1], c.Items[0] },
		"fewer":   func(c *Contents) { c.Items = c.Items[:2] },
	} {
		c := s.Contents()
		change(&c)
		changed, err := NewStatement(c)
		if err != nil {
			t.Fatal(err)
		}
		if same, ok := digests[changed.Digest()]; ok {
			t.Errorf("%s has the digest of %s", name, same)
		}
		digests[changed.Digest()] = name
	}
	for name, change := range map[string]func(c *Contents){
		"no number": func(c *Contents) { c.Number = 0 },
		"no time":   func(c *Contents) { c.ClosedAt = c.ClosedAt.AddDate(-3000, 0, 0) },
		"negative":  func(c *Contents) { c.Items[0].Size = -1 },
		"no UTF-8":  func(c *Contents) { c.Items[0].Name = "\xff" },
	} {
		c := s.Contents()
		change(&c)
		_, err := NewStatement(c)
		t.Run(name, func(t *testing.T) { wantKey(t, err, "journal.statement") })
	}
}

// Every byte of a receipt matters: replaced by any other, it is refused or
// means exactly the same (white space, the spelling of an escape).
func TestEveryByteOfAReceiptMatters(t *testing.T) {
	h := newHouse(t, storetest.New(t))
	h.act(5)
	raw := h.receipt(statement(t, 1, "é.pdf", "a\tb"))
	r := chance(t)
	meant := meaning(t, raw)
	equal := 0
	for i := range raw {
		for _, c := range []byte{raw[i] ^ 1<<r.IntN(8), raw[i] ^ 0x20, byte(r.Uint32()), ' ', '0', '"'} {
			if c == raw[i] {
				continue
			}
			altered := bytes.Clone(raw)
			altered[i] = c
			report, err := VerifyReceipt(altered, "")
			if err == nil && meaning(t, altered) != meant {
				t.Errorf("byte %d from %q to %q holds: %+v", i, raw[i], c, report)
			} else if err == nil {
				equal++
			}
		}
	}
	t.Logf("%d of %d bytes changed without changing the meaning", equal, len(raw))
}

func meaning(t *testing.T, raw []byte) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatalf("accepted, but not JSON: %v", err)
	}
	return fmt.Sprintf("%#v", v)
}

// alterations are receipts that must not verify, by name.
func alterations(t *testing.T, raw []byte) map[string][]byte {
	t.Helper()
	out := map[string][]byte{
		"empty":          {},
		"trailing":       append(bytes.Clone(raw), "{}"...),
		"byte order":     append([]byte("\ufeff"), raw...),
		"no UTF-8":       bytes.Replace(raw, []byte("Cabinet"), []byte("Cabine\xff"), 1),
		"twice":          bytes.Replace(raw, []byte(`"proof":`), []byte(`"proof": "", "proof":`), 1),
		"case":           bytes.Replace(raw, []byte(`"proof"`), []byte(`"Proof"`), 1),
		"unknown":        bytes.Replace(raw, []byte(`"proof":`), []byte(`"more": 1, "proof":`), 1),
		"unknown inside": bytes.Replace(raw, []byte(`"media":`), []byte(`"more": 1, "media":`), 1),
		"float":          bytes.Replace(raw, []byte(`"number": 1`), []byte(`"number": 1.0`), 1),
		"exponent":       bytes.Replace(raw, []byte(`"number": 1`), []byte(`"number": 1e0`), 1),
		"surrogates":     bytes.Replace(raw, []byte("Cabinet"), []byte(`\ud83d\ude00`), 1),
		"lone surrogate": bytes.Replace(raw, []byte("\ufffd"), []byte(`\ud800`), 1),
		"deep":           bytes.Replace(raw, []byte(`"items": [`), []byte(`"items": `+strings.Repeat("[", 40)+strings.Repeat("]", 40)+`, "x": [`), 1),
		"second line":    bytes.Replace(raw, []byte(`=\n",`), []byte(`=\n— other AAAAAAAA\n",`), 1),
		"extra":          bytes.Replace(raw, []byte(`\nindex`), []byte(`\nextra AAAA\nindex`), 1),
		"index zero":     bytes.Replace(raw, []byte(`\nindex `), []byte(`\nindex 0`), 1),
		"huge tree":      bytes.Replace(raw, []byte(`\n6\n`), []byte(`\n9223372036854775807\n`), 1),
		"hash too many":  bytes.Replace(raw, []byte(`=\n\ncenacle`), []byte(`=\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\ncenacle`), 1),
		"padding bits":   paddingBits(raw),
		"older format":   bytes.Replace(raw, []byte("receipt@v1"), []byte("receipt@v0"), 1),
	}
	var tree map[string]any
	if err := json.Unmarshal(raw, &tree); err != nil {
		t.Fatal(err)
	}
	alterFields(t, "", tree, tree, out)
	for name, altered := range out {
		if bytes.Equal(altered, raw) {
			t.Fatalf("alteration %q alters nothing", name)
		}
	}
	return out
}

// paddingBits spells the salt in a second way that lenient decoders accept.
func paddingBits(raw []byte) []byte {
	const name = `"salt": "`
	out := bytes.Clone(raw)
	last := bytes.Index(out, []byte(name)) + len(name) + 42
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	out[last] = alphabet[strings.IndexByte(alphabet, out[last])^1]
	return out
}

// alterFields drops, changes and retypes each value in turn.
func alterFields(t *testing.T, path string, root, v any, out map[string][]byte) {
	put := func(name string) {
		raw, err := json.Marshal(root)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = raw
	}
	switch v := v.(type) {
	case map[string]any:
		for name, old := range v {
			alterFields(t, path+"/"+name, root, old, out)
			delete(v, name)
			put(path + "/" + name + " dropped")
			for kind, other := range others(old) {
				v[name] = other
				put(path + "/" + name + " " + kind)
			}
			v[name] = old
		}
	case []any:
		for _, each := range v[:1] {
			alterFields(t, path+"/0", root, each, out)
		}
	}
}

func others(old any) map[string]any {
	out := map[string]any{"null": nil, "true": true, "empty": "", "list": []any{}, "object": map[string]any{}}
	switch old := old.(type) {
	case string:
		out["longer"], out["spaced"], out["number"] = old+"x", " "+old, 1
		if old != "" {
			out["shorter"] = old[:len(old)-1]
		} else {
			delete(out, "empty")
		}
	case float64:
		out["more"], out["less"], out["text"] = old+1, old-1, fmt.Sprint(old)
	case []any:
		out["fewer"], out["repeated"] = old[:len(old)-1], append(old[:len(old):len(old)], old[0])
	}
	return out
}

// The verifier in another language, written from the specification, says the
// same of sound and of altered receipts.
func TestIndependentVerifierAgrees(t *testing.T) {
	h := newHouse(t, storetest.New(t))
	o := newOracle(t)
	var last []byte
	for n := range 70 { // every shape of path up to a tree of 140
		h.act(n % 3)
		last = h.receipt(statement(t, int64(n+1), fmt.Sprintf("été %d \U0001F600\u2028<&>.pdf", n), "\ufffd\x7f\r\n\"\\"))
		o.ask(fmt.Sprint("sound ", n), last, "", true)
	}
	report, err := VerifyReceipt(last, "")
	if err != nil {
		t.Fatal(err)
	}
	o.ask("trusted key", last, report.Verifier, true)
	o.ask("trusted fingerprint", last, report.Fingerprint, true)
	o.ask("other key", last, report.Verifier+"x", false)
	h.addFirm(h.store)
	h.act(5)
	for name, altered := range alterations(t, h.receipt(statement(t, 1, "a.pdf", "\ufffd", ""))) {
		o.ask(name, altered, "", false)
	}
	r := chance(t)
	for range 400 {
		altered := bytes.Clone(last)
		altered[r.IntN(len(altered))] = byte(r.Uint32())
		_, err := VerifyReceipt(altered, "")
		o.ask("random byte", altered, "", err == nil)
	}
	o.answer()
}

// oracle gathers receipts and asks both verifiers.
type oracle struct {
	t     *testing.T
	dir   string
	input strings.Builder
	names []string
	want  []bool
}

func newOracle(t *testing.T) *oracle { return &oracle{t: t, dir: t.TempDir()} }

func (o *oracle) ask(name string, raw []byte, trusted string, want bool) {
	o.t.Helper()
	if _, err := VerifyReceipt(raw, trusted); (err == nil) != want {
		o.t.Errorf("%s: VerifyReceipt says %v, want %v", name, err, want)
	}
	path := filepath.Join(o.dir, fmt.Sprint(len(o.names)))
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		o.t.Fatal(err)
	}
	fmt.Fprintf(&o.input, "%s\t%s\n", path, trusted)
	o.names, o.want = append(o.names, name), append(o.want, want)
}

func (o *oracle) answer() {
	o.t.Helper()
	node := exec.CommandContext(o.t.Context(), "node", "testdata/verify.mjs")
	node.Stdin = strings.NewReader(o.input.String())
	var complaint bytes.Buffer
	node.Stderr = &complaint
	out, err := node.Output()
	if err != nil {
		o.t.Fatalf("node: %v\n%s", err, &complaint)
	}
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(lines) != len(o.names) {
		o.t.Fatalf("%d answers to %d questions", len(lines), len(o.names))
	}
	for i, line := range lines {
		if (line == "true") != o.want[i] {
			o.t.Errorf("%s: the independent verifier says %q, want %v", o.names[i], line, o.want[i])
		}
	}
}

func FuzzVerifyReceipt(f *testing.F) {
	f.Add([]byte(`{"format":"cenacle/receipt@v1"}`), "")
	h := newHouse(f, storetest.New(f))
	f.Add(h.receipt(statement(f, 1, "a.pdf")), "0000")
	f.Fuzz(func(t *testing.T, raw []byte, trusted string) {
		report, err := VerifyReceipt(raw, trusted)
		for _, c := range report.Checks {
			if err == nil && c.Outcome == Failed {
				t.Errorf("true although %s failed", c.Name)
			}
		}
	})
}

// What a client keeps is a witness: its checkpoint comes out of a receipt that
// holds, or of a checkpoint by itself.
func TestCheckpointOfAWitness(t *testing.T) {
	h := newHouse(t, storetest.New(t))
	raw := h.receipt(statement(t, 1, "bail.pdf"))
	head := h.sequence()
	for _, kept := range [][]byte{raw, []byte(head.Checkpoint)} {
		if got, err := Checkpoint(kept); err != nil || got != head.Checkpoint {
			t.Errorf("%.40q witnesses %q, %v", kept, got, err)
		}
	}
	if f, err := FirmOf(head.Checkpoint); err != nil || f != h.firm.ID() {
		t.Errorf("it is of %q, %v", f, err)
	}
	for _, kept := range []string{"", "{}", "cenacle/x", "elsewhere/1\n3\nAAAA\n\n", string(raw[:len(raw)/2])} {
		if _, err := Checkpoint([]byte(kept)); err == nil {
			t.Errorf("%.40q is taken for a witness", kept)
		}
	}
}
