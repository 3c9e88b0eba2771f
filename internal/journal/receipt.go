package journal

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
)

const (
	// ReceiptMedia is the media type of a receipt file.
	ReceiptMedia = "application/vnd.cenacle.receipt+json"
	// ReceiptExtension ends the name of a receipt file.
	ReceiptExtension = ".recepisse.json"
	// ReceiptLimit is the size in bytes beyond which no receipt is written or read.
	ReceiptLimit = 16 << 20

	receiptFormat = "cenacle/receipt@v1"
)

// Receipt is the proof handed to a person: what was deposited, the journal
// entry that says so, and the proof that this entry is in the signed tree. It
// verifies with [VerifyReceipt] when nothing else is left. The format is
// specified in doc/receipt-format.md.
type Receipt struct {
	Format    string       `json:"format"`
	Statement Statement    `json:"statement"`
	Entry     ReceiptEntry `json:"entry"`
	Proof     string       `json:"proof"`    // C2SP tlog-proof
	Verifier  string       `json:"verifier"` // key of the checkpoint in the proof
}

// ReceiptEntry is an opened record with what commits to it.
type ReceiptEntry struct {
	Record string `json:"record"` // canonical record bytes
	Salt   []byte `json:"salt"`
	Leaf   []byte `json:"leaf"`
}

// Receipt assembles the receipt of the entry whose details hold the digest of
// s, and verifies it before returning it. The entry is sequenced first when it
// still waits. Faults: Absent for an unknown entry; "journal.erased" when the
// space is erased; "journal.receipt.false" when s is not the statement of that
// entry; "journal.broken".
func (j *Journal) Receipt(ctx context.Context, f *store.Firm, e id.Entry, s Statement) (r Receipt, err error) {
	defer fault.Op(&err, "journal.Receipt(%s)", e)
	p, stored, err := j.prove(ctx, f, e)
	if err != nil {
		return Receipt{}, err
	}
	o, err := j.openOne(ctx, f, stored)
	if err != nil {
		return Receipt{}, err
	}
	r = Receipt{
		Format: receiptFormat, Statement: s, Proof: p.Text, Verifier: p.Verifier,
		Entry: ReceiptEntry{Record: string(o.raw), Salt: o.salt, Leaf: stored.leaf},
	}
	raw, err := r.Encode()
	if err != nil {
		return Receipt{}, err
	}
	if _, err := VerifyReceipt(raw, p.Verifier); err != nil {
		return Receipt{}, err
	}
	return r, nil
}

func (j *Journal) openOne(ctx context.Context, f *store.Firm, stored row) (o opened, err error) {
	err = f.View(ctx, func(tx *store.Tx) error {
		boxes, err := j.boxes(tx)
		if err != nil {
			return err
		}
		var erased bool
		if o, erased, err = boxes.check(stored); err != nil {
			return entryError(stored, err)
		}
		if erased {
			return fault.New(fault.Gone, "journal.erased")
		}
		return nil
	})
	return o, err
}

// Encode writes the file. Receipts beyond ReceiptLimit are refused with
// fault.TooLarge.
func (r Receipt) Encode() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(r); err != nil {
		return nil, fmt.Errorf("journal: encode receipt: %w", err)
	}
	if b.Len() > ReceiptLimit {
		return nil, tooLarge()
	}
	return b.Bytes(), nil
}

func tooLarge() error {
	return fault.New(fault.TooLarge, "journal.receipt.large", ReceiptLimit>>20)
}

// parsedReceipt is a receipt file as it was read.
type parsedReceipt struct {
	contents   Contents
	record     string
	salt, leaf []byte
	proof      string
	verifier   string
}

func parseReceipt(raw []byte) (p parsedReceipt, err error) {
	err = read(raw, func(r *reading, v any) {
		o := r.object(v, "format", "statement", "entry", "proof", "verifier")
		if r.text(o["format"]) != receiptFormat {
			r.fail("the format is not %s", receiptFormat)
		}
		p.contents = r.contents(o["statement"])
		e := r.object(o["entry"], "record", "salt", "leaf")
		p.record = r.text(e["record"])
		p.salt, p.leaf = r.hash(e["salt"]), r.hash(e["leaf"])
		p.proof, p.verifier = r.text(o["proof"]), r.text(o["verifier"])
	})
	return p, err
}

// hash reads 32 bytes of base64 in their one spelling.
func (r *reading) hash(v any) []byte {
	h, err := parseHash(r.text(v))
	if err != nil {
		r.fail("32 bytes of base64 are expected")
	}
	return h[:]
}

// provenRecord is what a verifier reads in the record of a receipt.
type provenRecord struct {
	id        string
	at        int64
	kind      string
	statement string
}

func parseProvenRecord(raw string) (p provenRecord, err error) {
	err = read([]byte(raw), func(r *reading, v any) {
		o := r.object(v, "v", "id", "at", "kind", "actor", "via", "space", "object", "details")
		if r.count(o["v"]) != recordVersion {
			r.fail("record version %v", o["v"])
		}
		p.id, p.kind, p.at = r.text(o["id"]), r.text(o["kind"]), r.count(o["at"])
		for _, name := range []string{"actor", "via", "space", "object"} {
			r.text(o[name])
		}
		details, ok := o["details"].(map[string]any)
		if !ok {
			r.fail("details are no object")
		}
		p.statement = r.text(details["statement"])
	})
	return p, err
}
