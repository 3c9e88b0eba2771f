package journal

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"cenacle/internal/fault"
	"cenacle/internal/id"
	"cenacle/internal/store"
	"cenacle/internal/vault"
)

var (
	insertKey = store.ForFirm(`insert into journal_key (firm_id, verifier, signer) values ($1, $2, $3)`)
	selectKey = store.ForFirm(`select verifier, signer from journal_key where firm_id = $1`)
)

// CreateKey gives the firm its signing key, an Ed25519 key of the signed-note
// format named by [Origin]. It belongs in the transaction that opens the firm;
// a second call is a fault.Conflict.
func (j *Journal) CreateKey(tx *store.Tx) (err error) {
	defer fault.Op(&err, "journal.CreateKey(%s)", tx.Firm())
	firm, err := j.ring.Firm(tx)
	if err != nil {
		return err
	}
	skey, vkey, err := note.GenerateKey(rand.Reader, Origin(tx.Firm()))
	if err != nil {
		return fmt.Errorf("journal: make a key: %w", err)
	}
	// The verifier is sealed with the signer, so that the clear column cannot
	// be exchanged for a key of somebody else.
	return tx.Write(insertKey, vkey, firm.SealText(keyPlace(tx), skey+"\n"+vkey))
}

func keyPlace(tx *store.Tx) vault.Place {
	return vault.Place{Table: "journal_key", Column: "signer", Row: string(tx.Firm())}
}

// key is a firm's opened signing key.
type key struct {
	text     string // of the verifier
	verifier note.Verifier
	signer   note.Signer
}

func (j *Journal) verifier(tx *store.Tx) (key, error) {
	var k key
	var sealed []byte
	err := tx.Row(selectKey, nil, &k.text, &sealed)
	if errors.Is(err, store.ErrNoRow) {
		return key{}, fault.Absent().Because(fmt.Errorf("journal: firm %s has no key", tx.Firm()))
	}
	if err != nil {
		return key{}, err
	}
	firm, err := j.ring.Firm(tx)
	if err != nil {
		return key{}, err
	}
	both, err := firm.OpenText(keyPlace(tx), sealed)
	if err != nil {
		return key{}, broken(err)
	}
	skey, vkey, _ := strings.Cut(both, "\n")
	if vkey != k.text {
		return key{}, broken(errors.New("journal: the stored verifier is not the firm's"))
	}
	if k.signer, err = note.NewSigner(skey); err != nil {
		return key{}, broken(err)
	}
	if k.verifier, err = note.NewVerifier(vkey); err != nil {
		return key{}, broken(err)
	}
	return k, nil
}

var errVerifierForm = errors.New("journal: verifier key is not in its one form")

// openVerifier reads the verifier key of a firm and accepts one spelling only.
func openVerifier(text string) (note.Verifier, error) {
	v, err := note.NewVerifier(text)
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	// name+hash+key: NewVerifier has seen the two plus signs; base64 has its own.
	raw, err := base64.StdEncoding.DecodeString(strings.SplitN(text, "+", 3)[2])
	if err != nil || len(raw) != 1+ed25519.PublicKeySize {
		return nil, errVerifierForm
	}
	firm, ours := strings.CutPrefix(v.Name(), Origin(""))
	if _, err := id.Parse[id.Firm](firm); err != nil || !ours {
		return nil, errVerifierForm
	}
	again, err := note.NewEd25519VerifierKey(v.Name(), raw[1:])
	if err != nil || again != text {
		return nil, errVerifierForm
	}
	return v, nil
}

// Fingerprint is what two persons read to each other to compare a verifier
// key: the first 16 bytes of its SHA-256, as eight groups of four hexadecimal
// digits.
func Fingerprint(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	digits := hex.EncodeToString(sum[:16])
	groups := make([]string, 0, 8)
	for ; digits != ""; digits = digits[4:] {
		groups = append(groups, digits[:4])
	}
	return strings.Join(groups, " ")
}
